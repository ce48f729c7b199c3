import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DicomError } from '../dicom-error.ts';
import {
  BIG_ENDIAN,
  type Coding,
  concat,
  element,
  encapsulated,
  EXPLICIT,
  file,
  identity,
  imageAttributes,
  IMPLICIT,
  integer,
  item,
  latin,
  pixelData,
  pixels,
  read,
  sequenceOf,
  us,
} from '../test-support/part10-files.ts';
import { transferSyntax } from '../transfer-syntax.ts';
import { randomAccess } from './random-access.ts';
import { type Part10, readPart10 } from './read-part10.ts';
import { recodeDataSet, type RecodedPiece, type RecodeOptions } from './recode-data-set.ts';
import { sparseAccess } from './sparse-access.ts';

const LE = '1.2.840.10008.1.2.1';
const codings: readonly (readonly [string, string, Coding])[] = [
  ['explicit', LE, EXPLICIT],
  ['implicit', '1.2.840.10008.1.2', IMPLICIT],
  ['big endian', '1.2.840.10008.1.2.2', BIG_ENDIAN],
];

const optionsOf = (part10: Part10, more: Partial<RecodeOptions> = {}): RecodeOptions => ({
  isBare: part10.inflated !== undefined,
  transferSyntaxUid: LE,
  sopClassUid: part10.identity.sopClassUid,
  sopInstanceUid: part10.identity.sopInstanceUid,
  replaced: {},
  ...(part10.frames?.kind === 'native' && { pixelWordBytes: part10.frames.wordBytes }),
  ...more,
});

function recode(bytes: Uint8Array, more: Partial<RecodeOptions> = {}): readonly RecodedPiece[] {
  return recodeDataSet(randomAccess(bytes), optionsOf(read(bytes), more)).pieces;
}

/** What a writer makes of the pieces; `frames` where the pixel data goes. */
function joined(
  source: Uint8Array,
  pieces: readonly RecodedPiece[],
  frames: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const parts = pieces.map((piece) => {
    if (piece.kind === 'bytes') return piece.bytes;
    if (piece.kind === 'pixels') return frames;
    const copy = source.slice(piece.offset, piece.offset + piece.length);
    for (let at = 0; at < copy.length && piece.wordBytes > 1; at += piece.wordBytes) {
      copy.subarray(at, at + piece.wordBytes).reverse();
    }
    return copy;
  });
  return concat(...parts);
}

const recoded = (bytes: Uint8Array, more: Partial<RecodeOptions> = {}): Part10 =>
  read(joined(bytes, recode(bytes, more)));

describe.each(codings)('an object in %s VR', (_name, uid, coding) => {
  it('keeps every value, in sequences and private ones too', () => {
    const inner = concat(us(0x00280010, 7, coding), element(0x00091001, 'LO', latin('a\\b'), coding));
    const bytes = file(
      uid,
      element(0x00080005, 'CS', latin('ISO_IR 100'), coding),
      identity(coding),
      element(0x00090010, 'LO', latin('MAKER'), coding),
      element(0x00091002, 'UN', Uint8Array.of(1, 2, 3, 4), coding),
      element(0x00100010, 'PN', latin('M\u00fcller^J\u00f6rg'), coding),
      element(0x00104000, 'LT', latin('  leading spaces are text'), coding),
      element(0x00189073, 'FD', new Uint8Array(8), coding),
      sequenceOf(0x00081140, [item(inner, coding), item(new Uint8Array(0), coding)], coding),
      sequenceOf(0x00400275, [item(inner, coding, true)], coding, true),
    );
    const original = read(bytes);
    const after = recoded(bytes);
    expect(after.transferSyntaxUid).toBe(LE);
    expect(after.dataset).toEqual(original.dataset);
    const text = Buffer.from(joined(bytes, recode(bytes))).toString('latin1');
    expect(text).toContain('M\u00fcller^J\u00f6rg');
    expect(text).toContain('ISO_IR 100');
  });

  it('keeps pixel data, little endian, without looking at it', () => {
    const source = coding.bigEndian ? Uint8Array.of(0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6) : pixels(12);
    const bytes = file(
      uid,
      identity(coding),
      imageAttributes({ coding, bits: 16 }),
      pixelData(source, coding),
    );
    const pieces = recode(bytes);
    expect(pieces.filter(({ kind }) => kind === 'copy')).toHaveLength(1);
    const after = joined(bytes, pieces);
    const { frames } = read(after);
    if (frames?.kind !== 'native') throw new Error('not native');
    expect([...after.subarray(frames.offset, frames.offset + 12)]).toEqual(
      coding.bigEndian ? [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0] : [...pixels(12)],
    );
  });
});

it('pads odd lengths, drops group lengths and gives long values of short VRs as UN', () => {
  const long = new Uint8Array(0x10000).fill(0x31);
  const bytes = file(
    '1.2.840.10008.1.2',
    element(0x00080000, 'UL', integer(99, 4), IMPLICIT),
    identity(IMPLICIT),
    element(0x00200010, 'SH', Uint8Array.of(0x41), IMPLICIT),
    element(0x00281052, 'DS', long, IMPLICIT),
  );
  const { dataset, warnings } = recoded(bytes);
  expect(dataset['00080000']).toBeUndefined();
  expect(dataset['00281052']?.vr).toBe('DS');
  expect(dataset['00200010']).toEqual({ vr: 'SH', Value: ['A'] });
  expect(warnings).toEqual([]);
});

it('makes a sequence of UN of undefined length, which is in implicit VR', () => {
  const hidden = item(us(0x00280010, 3, IMPLICIT));
  const end = concat(integer(0xfffe, 2), integer(0xe0dd, 2), integer(0, 4));
  const bytes = file(LE, identity(), element(0x00091001, 'UN', concat(hidden, end), EXPLICIT, 0xffffffff));
  expect(recoded(bytes).dataset).toEqual(read(bytes).dataset);
});

it('puts frames and what they change in place of compressed pixel data, and keeps what follows it', () => {
  const fragments = [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6)];
  const after = element(0xfffcfffc, 'OB', new Uint8Array(2));
  const bytes = file(
    '1.2.840.10008.1.2.4.90',
    identity(),
    us(0x00280002, 3),
    element(0x00280004, 'CS', latin('YBR_RCT ')),
    us(0x00280010, 2),
    encapsulated([0, 12], fragments),
    after,
  );
  const end = bytes.length - after.length - 8;
  const pieces = recode(bytes, {
    frames: { end },
    replaced: { '00280004': { vr: 'CS', Value: ['RGB'] }, '00280006': { vr: 'US', Value: [0] } },
  });
  expect(pieces.map(({ kind }) => kind)).toEqual(['bytes', 'pixels', 'bytes']);
  const { dataset } = read(joined(bytes, pieces, pixelData(pixels(12))));
  expect(dataset['00280004']).toEqual({ vr: 'CS', Value: ['RGB'] });
  expect(dataset['00280006']).toEqual({ vr: 'US', Value: [0] });
  expect(Object.keys(dataset)).toEqual(Object.keys(dataset).toSorted());
  expect(dataset['FFFCFFFC']).toBeDefined();
});

it('needs nothing of long values and of frames', () => {
  const document = new Uint8Array(100_000);
  const head = file(LE, identity(), imageAttributes());
  const long = element(0x00420011, 'OB', document);
  const pixel = pixelData(pixels(6));
  const bytes = concat(head, long, pixel);
  const cut = [
    { offset: 0, bytes: bytes.slice(0, head.length + 12) },
    { offset: head.length + long.length, bytes: bytes.slice(head.length + long.length, bytes.length - 6) },
  ];
  const pieces = recodeDataSet(sparseAccess(bytes.length, cut), optionsOf(read(bytes))).pieces;
  expect(read(joined(bytes, pieces)).dataset).toEqual(read(bytes).dataset);
});

it('takes no preamble that could be a program', () => {
  const bytes = file(LE, identity());
  bytes.set(latin('MZ'), 0);
  expect([...joined(bytes, recode(bytes)).subarray(0, 4)]).toEqual([0, 0, 0, 0]);
});

it.each([
  ['cut in an element', (whole: Uint8Array) => whole.slice(0, whole.length - 3)],
  ['nested without end', (whole: Uint8Array) => concat(whole, nested(40))],
])('refuses an object that is %s', (_name, damage) => {
  const whole = file(LE, identity(), element(0x00420011, 'OB', new Uint8Array(64)));
  const options = optionsOf(read(whole));
  expect(() => recodeDataSet(randomAccess(damage(whole)), options)).toThrow(DicomError);
});

function nested(depth: number): Uint8Array {
  const inner = depth === 0 ? new Uint8Array(0) : nested(depth - 1);
  return sequenceOf(0x0040a730, [item(inner)]);
}

const folders = ['../../../../../shared/data', '../../../../fixtures/dicom'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

function* dicomFiles(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = `${folder}/${name}`;
    const found = statSync(path);
    if (found.isDirectory()) yield* dicomFiles(path);
    else if (found.size < 8_000_000) yield path;
  }
}

describe.each(folders)('every file of %s', (folder) => {
  const isHere = existsSync(folder);
  if (!isHere) console.warn(`No ${folder}: its files are left out.`);
  it.runIf(isHere)('means the same when it is written anew', { timeout: 120_000 }, () => {
    const inflateRaw = (data: Uint8Array, maxOutputLength: number): Uint8Array =>
      inflateRawSync(data, { maxOutputLength });
    let count = 0;
    for (const path of dicomFiles(folder)) {
      const bytes = new Uint8Array(readFileSync(path));
      let part10: Part10;
      try {
        part10 = readPart10(randomAccess(bytes), { inflateRaw });
      } catch (error) {
        if (error instanceof DicomError) continue; // not DICOM, or damaged: other tests' business
        throw error;
      }
      // Pixel data that stays compressed is left out here: only its decoder could compare it.
      const { frames } = part10;
      const isKept =
        frames?.kind !== 'encapsulated' && !transferSyntax(part10.transferSyntaxUid)?.encapsulated;
      const data = part10.inflated ?? bytes;
      const end = frames?.kind === 'encapsulated' ? lastByte(frames.frames.flat()) : data.length;
      const pieces = recodeDataSet(
        randomAccess(data),
        optionsOf(part10, isKept ? {} : { frames: { end } }),
      ).pieces;
      const after = readPart10(randomAccess(joined(data, pieces)), { inflateRaw });
      expect(after.dataset, path).toEqual(part10.dataset);
      if (isKept && frames?.kind === 'native')
        expect(after.frames, path).toMatchObject({ count: frames.count });
      count += 1;
    }
    expect(count).toBeGreaterThan(50);
  });
});

const lastByte = (ranges: readonly { readonly offset: number; readonly length: number }[]): number =>
  Math.max(...ranges.map(({ offset, length }) => offset + length + (length % 2)));
