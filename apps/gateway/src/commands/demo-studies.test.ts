import type { Archive, StoreOutcome } from '@sightline/archive';
import { beforeEach, expect, test } from 'vitest';
import { type GatewayDatabase, openGatewayDatabase } from '../storage/gateway-database.ts';
import { uid } from '../testing/test-gateway.ts';
import { openDemoState } from './demo-studies.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const FILES = NAMES.map((text) => ({ bytes: Buffer.from(text) }));
const never = new AbortController().signal;
const quiet = (): void => {};
let database: GatewayDatabase;
let kept: string[];

beforeEach(() => {
  database = openGatewayDatabase(':memory:');
  kept = [];
});

const archive = (): Pick<Archive, 'store' | 'isEmpty'> => ({
  isEmpty: () => Promise.resolve(kept.length === 0),
  async store(bytes): Promise<StoreOutcome> {
    let text = '';
    for await (const chunk of bytes) text += Buffer.from(chunk).toString();
    if (text === 'refused') return { kind: 'refused', code: 'not_dicom' };
    const kind = kept.includes(text) ? 'identical' : 'stored';
    if (kind === 'stored') kept.push(text);
    const [study, series, instance] = [uid('1.2'), uid('1.3'), uid('1.4')];
    return {
      kind,
      studyInstanceUid: study,
      seriesInstanceUid: series,
      sopInstanceUid: instance,
      sopClassUid: '1',
    };
  },
});
const open = (allowed = true, files = FILES) =>
  openDemoState({ database, archive: archive(), allowed, load: () => Promise.resolve(files) });

test('an empty archive gets the demo studies, once, and stays a demonstration', async () => {
  const first = await open();
  expect(first.isOn).toBe(true);
  await first.fill(never, quiet);
  expect(kept).toEqual(NAMES);

  kept = ['real'];
  const later = await open();
  expect(later.isOn).toBe(true);
  await later.fill(never, quiet);
  expect(kept).toEqual(['real']);
});

test('an archive that began with real studies never becomes a demonstration', async () => {
  kept = ['real'];
  const state = await open();
  await state.fill(never, quiet);
  expect([state.isOn, kept]).toEqual([false, ['real']]);
});

test('off means off, in an empty archive and in one that was a demonstration', async () => {
  expect((await open(false)).isOn).toBe(false);
  await (await open()).fill(never, quiet);
  expect((await open(false)).isOn).toBe(false);
});

test('a start that was stopped half way is completed by the next one', async () => {
  const stopping = new AbortController();
  await (await open()).fill(stopping.signal, (count) => {
    if (count === 2) stopping.abort();
  });
  expect(kept).toEqual(NAMES.slice(0, 4));
  const next = await open();
  expect(next.isOn).toBe(true);
  await next.fill(never, quiet);
  expect(kept).toEqual(NAMES);
});

test('a refused demo study is an error, not a gap', async () => {
  const state = await open(true, [{ bytes: Buffer.from('refused') }]);
  await expect(state.fill(never, quiet)).rejects.toThrow('a demo study was refused (not_dicom)');
});
