import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Archive, createFileArchive } from '@sightline/archive';
import { type DicomDataset, writePart10 } from '@sightline/dicom';
import type { HttpResponse } from '@sightline/dicomweb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFrameRenderer } from './frame-renderer.ts';
import { createInstanceReader } from './instance-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'sightline-hang-'));
const reader = createInstanceReader(1);
const script = new URL('./testing/hanging-worker.ts', import.meta.url);
const renderer = createFrameRenderer(2, { script, deadlineMs: 5000 });
let archive: Archive;

const us = (value: number) => ({ vr: 'US', Value: [value] }) as const;
const ui = (value: string) => ({ vr: 'UI', Value: [value] }) as const;

/** Four frames of a compressed syntax, of which the second one never ends. */
function file(): Uint8Array {
  const dataset: DicomDataset = {
    '00080016': ui('1.2.840.10008.5.1.4.1.1.7'),
    '00080018': ui('1.2.3.4.5'),
    '0020000D': ui('1.2.3'),
    '0020000E': ui('1.2.3.4'),
    '00280002': us(1),
    '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
    '00280008': { vr: 'IS', Value: [4] },
    '00280010': us(1),
    '00280011': us(2),
    '00280100': us(8),
    '00280101': us(8),
    '00280102': us(7),
    '00280103': us(0),
  };
  const pixelData = [1, 0xee, 3, 4].map((first) => Uint8Array.of(first, 9));
  return writePart10({ dataset, transferSyntaxUid: '1.2.840.10008.1.2.4.90', pixelData });
}

beforeAll(async () => {
  const parts = { reader, renderer, clock: () => new Date(0), audit: () => Promise.resolve() };
  archive = await createFileArchive(folder, { ...parts, role: 'server' });
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield file();
  }
  expect(await archive.store(bytes())).toMatchObject({ kind: 'stored' });
});
afterAll(async () => {
  await archive.close();
  await Promise.all([reader.close(), renderer.close()]);
  rmSync(folder, { recursive: true, force: true });
});

function getFrame(frame: number): Promise<HttpResponse> {
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  return archive.handle(
    {
      method: 'GET',
      path: `/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.5/frames/${frame}`,
      query: undefined,
      headers: { accept: 'application/octet-stream' },
      body: nothing(),
      signal: new AbortController().signal,
    },
    { root: 'https://host/dicom-web', canStore: false },
  );
}

it('stops a decoder that never ends, names the frame as not shown, and goes on with the others', async () => {
  const answers = await Promise.all([1, 2, 3, 4, 2, 1].map(getFrame));
  expect(answers.map(({ status }) => status)).toEqual([200, 500, 200, 200, 500, 200]);
  for (const { headers, body } of answers.filter(({ status }) => status === 500)) {
    expect(headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(typeof body === 'string' ? body : '')).toMatchObject({ code: 'render_failed' });
  }
  expect((await getFrame(3)).status).toBe(200);
});
