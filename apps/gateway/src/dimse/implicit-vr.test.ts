import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DicomDataset,
  getText,
  randomAccess,
  readDataSet,
  readPart10,
  writeDataSet,
} from '@sightline/dicom';
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { toImplicitVr, UnreadableDataSet } from './implicit-vr.ts';

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/dicom');
const EXPLICIT = '1.2.840.10008.1.2.1';
const inflate = (bytes: Uint8Array): Uint8Array => inflateRawSync(bytes);

const explicitFiles = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.dcm'))
  .map((name) => ({ name, bytes: readFileSync(join(FIXTURES, name)) }))
  .filter(({ bytes }) => {
    const { fileMeta } = readPart10(randomAccess(bytes), { inflateRaw: inflate });
    return getText(fileMeta, '00020010') === EXPLICIT;
  });

test('reads the same in implicit VR, for every fixture in explicit VR', () => {
  expect(explicitFiles.length).toBeGreaterThan(10);
  for (const { bytes } of explicitFiles) {
    const explicit = bytes.subarray(144 + bytes.readUInt32LE(140));
    const implicit = Buffer.concat(toImplicitVr(explicit));
    const [before, after] = [
      readDataSet(explicit, { explicit: true }),
      readDataSet(implicit, { explicit: false }),
    ];
    expect(after).toEqual(before);
    expect(implicit.subarray(-16)).toEqual(explicit.subarray(-16));
  }
});

test('keeps sequences in sequences, of either kind of length, and what is empty', () => {
  const inner = { '00080100': { vr: 'SH', Value: ['A'] } } as const;
  const dataset: DicomDataset = {
    '00081032': { vr: 'SQ', Value: [{ '00081110': { vr: 'SQ', Value: [inner, inner] } }, {}] },
    '00081140': { vr: 'SQ' },
    '00100010': { vr: 'PN' },
  };
  const once = Buffer.concat(toImplicitVr(Buffer.from(writeDataSet(dataset, { explicit: true }))));
  expect(readDataSet(once, { explicit: false })).toEqual(dataset);
});

test('leaves UN of undefined length as it is: it is implicit already', () => {
  const item = Buffer.from(writeDataSet({ '00080100': { vr: 'SH', Value: ['AB'] } }, { explicit: false }));
  const un = Buffer.concat([
    Buffer.from('09000110554e0000ffffffff', 'hex'),
    Buffer.from('feff00e0ffffffff', 'hex'),
    item,
    Buffer.from('feff0de000000000feffdde000000000', 'hex'),
  ]);
  expect(Buffer.concat(toImplicitVr(un)).toString('hex')).toBe(
    `09000110ffffffff${un.subarray(12).toString('hex')}`,
  );
});

test.each([1, 7, 9, 20])('refuses what is cut by %i bytes', (count) => {
  const dataset: DicomDataset = {
    '00081140': { vr: 'SQ', Value: [{ '00080100': { vr: 'SH', Value: ['AB'] } }] },
  };
  const bytes = Buffer.from(writeDataSet(dataset, { explicit: true }));
  expect(() => toImplicitVr(bytes.subarray(0, -count))).toThrow(UnreadableDataSet);
});
