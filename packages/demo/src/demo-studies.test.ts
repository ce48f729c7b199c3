import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import {
  getNumber,
  getNumbers,
  getPersonName,
  getText,
  type Part10,
  readPart10,
  Tag,
} from '@sightline/dicom';
import { beforeAll, describe, expect, test } from 'vitest';
import { demoStudies } from './demo-studies.ts';
import { mrBrain } from './studies/mr-brain.ts';

interface Read extends Part10 {
  readonly name: string;
}

function read(name: string, bytes: Uint8Array): Read {
  const file = {
    size: bytes.length,
    read: (offset: number, length: number) => bytes.subarray(offset, offset + length),
  };
  const inflateRaw = (deflated: Uint8Array, maxOutputLength: number) =>
    inflateRawSync(deflated, { maxOutputLength });
  return { ...readPart10(file, { inflateRaw }), name };
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const files: Read[] = [];
const hashes = new Map<string, string>();

beforeAll(() => {
  for (const { name, bytes } of demoStudies()) {
    files.push(read(name, bytes));
    hashes.set(name, hash(bytes));
  }
}, 120_000);

const ofStudy = (key: string): Read[] =>
  files.filter(({ name }) => name.startsWith(`${key}/`) && !name.endsWith('report.dcm'));

test('there are four patients, five studies, and as many objects as the studies say', () => {
  const counts = Object.fromEntries(
    ['ct-head', 'ct-head-prior', 'mr-brain', 'us-heart', 'dx-chest'].map((key) => [key, ofStudy(key).length]),
  );
  expect(counts).toEqual({
    'ct-head': 150,
    'ct-head-prior': 75,
    'mr-brain': 52,
    'us-heart': 1,
    'dx-chest': 1,
  });
  expect(files).toHaveLength(280);
  expect(new Set(files.map(({ dataset }) => getText(dataset, Tag.PatientID))).size).toBe(4);
  expect(new Set(files.map(({ identity }) => identity.studyInstanceUid)).size).toBe(5);
  expect(new Set(files.map(({ identity }) => identity.sopInstanceUid)).size).toBe(280);
});

test('every file reads back without a warning, and says that it is demo data', () => {
  for (const { dataset, warnings } of files) {
    expect(warnings).toEqual([]);
    expect(dataset['00280301']?.Value).toEqual(['YES']); // Burned In Annotation
    expect(dataset['00100021']?.Value).toEqual(['SIGHTLINE-DEMO']); // Issuer of Patient ID
  }
});

test('the pixel data is as long as rows, columns, samples and frames say', () => {
  for (const { dataset, frames } of files.filter(({ frames }) => frames !== undefined)) {
    if (frames?.kind !== 'native') throw new Error('demo studies are not compressed');
    const samples = getNumber(dataset, Tag.SamplesPerPixel) ?? 0;
    const bits = (getNumber(dataset, Tag.Rows) ?? 0) * (getNumber(dataset, Tag.Columns) ?? 0) * samples;
    expect(frames.frameBits).toBe(bits * (getNumber(dataset, Tag.BitsAllocated) ?? 0));
    expect(frames.count).toBe(getNumber(dataset, Tag.NumberOfFrames) ?? 1);
  }
});

test('names keep their accents and their ideographic and phonetic groups', () => {
  const names = new Set(files.map(({ dataset }) => JSON.stringify(getPersonName(dataset, Tag.PatientName))));
  expect(names).toContain(JSON.stringify({ Alphabetic: 'DEMO^Zoë Hélène' }));
  expect(names).toContain(
    JSON.stringify({ Alphabetic: 'DEMO^HANAKO', Ideographic: '見本^花子', Phonetic: 'みほん^はなこ' }),
  );
});

test('the prior is of the same patient, earlier, and lies in the same place', () => {
  const [now, before] = [ofStudy('ct-head')[0], ofStudy('ct-head-prior')[0]];
  const of = (file: Read | undefined, tag: string) => (file ? getText(file.dataset, tag) : undefined);
  expect(of(before, Tag.PatientID)).toBe(of(now, Tag.PatientID));
  expect(Number(of(before, Tag.StudyDate))).toBeLessThan(Number(of(now, Tag.StudyDate)));
  expect(now?.identity.studyInstanceUid).not.toBe(before?.identity.studyInstanceUid);
});

test('the report is a PDF in the CT study, in a series of its own', () => {
  const report = files.find(({ name }) => name.endsWith('report.dcm'));
  const image = ofStudy('ct-head')[0];
  expect(report?.identity.studyInstanceUid).toBe(image?.identity.studyInstanceUid);
  expect(report?.identity.seriesInstanceUid).not.toBe(image?.identity.seriesInstanceUid);
  expect(report?.dataset['00420012']?.Value).toEqual(['application/pdf']);
});

describe.each([
  ['ct-head', 1],
  ['ct-head-prior', 2],
  ['mr-brain', 4.4],
])('the slices of %s', (key, step) => {
  test(`stand ${step} mm apart along their normal, in the order of their numbers`, () => {
    const series = Map.groupBy(ofStudy(key), ({ identity }) => identity.seriesInstanceUid);
    for (const slices of series.values()) {
      const heights = slices.map(({ dataset }) => {
        const [x = 0, y = 0, z = 0] = getNumbers(dataset, Tag.ImagePositionPatient);
        const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = getNumbers(dataset, Tag.ImageOrientationPatient);
        return x * (b * f - c * e) + y * (c * d - a * f) + z * (a * e - b * d);
      });
      for (let i = 1; i < heights.length; i++)
        expect((heights[i] ?? 0) - (heights[i - 1] ?? 0)).toBeCloseTo(step, 3);
    }
  });
});

test('the same bytes are made every time', () => {
  for (const { name, bytes } of mrBrain()) expect(hash(bytes)).toBe(hashes.get(name));
});
