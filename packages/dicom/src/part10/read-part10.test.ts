import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  BIG_ENDIAN,
  concat,
  EXPLICIT,
  element,
  encapsulated,
  file,
  fileMeta,
  IMPLICIT,
  identity,
  imageAttributes,
  integer,
  latin,
  PREAMBLE,
  read,
  pixels,
  pixelData,
} from '../test-support/part10-files.ts';
import { readWarnings } from './read-warnings.ts';

const LE = '1.2.840.10008.1.2.1';

describe('transfer syntaxes', () => {
  it.each([
    ['implicit little endian', '1.2.840.10008.1.2', IMPLICIT],
    ['explicit little endian', LE, EXPLICIT],
    ['explicit big endian', '1.2.840.10008.1.2.2', BIG_ENDIAN],
  ])('reads %s', (_, uid, coding) => {
    const part10 = read(
      file(uid, identity(coding), imageAttributes({ coding }), pixelData(pixels(6), coding)),
    );
    expect(part10.transferSyntaxUid).toBe(uid);
    expect(part10.identity).toEqual({
      studyInstanceUid: '1.2.3',
      seriesInstanceUid: '1.2.3.0',
      sopInstanceUid: '1.2.3.4',
      sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    });
    expect(part10.dataset['00280010']).toEqual({ vr: 'US', Value: [2] });
    expect(part10.dataset['00280004']).toEqual({ vr: 'CS', Value: ['MONOCHROME2'] });
    expect(part10.dataset['7FE00010']).toBeUndefined();
    expect(part10.frames).toMatchObject({
      kind: 'native',
      frameBits: 48,
      count: 1,
      bigEndian: coding.bigEndian,
    });
    expect(part10.warnings).toEqual([]);
  });

  it('inflates a deflated data set, to which all offsets refer', () => {
    const dataSet = concat(identity(), imageAttributes(), pixelData(pixels(6)));
    const bytes = file('1.2.840.10008.1.2.1.99', new Uint8Array(deflateRawSync(dataSet)));
    const part10 = read(
      bytes,
      {},
      (deflated, maxOutputLength) => new Uint8Array(inflateRawSync(deflated, { maxOutputLength })),
    );
    expect(part10.inflated).toEqual(dataSet);
    expect(part10.frames).toMatchObject({ kind: 'native', offset: dataSet.length - 6, count: 1 });
  });

  it('refuses a deflated data set that inflates beyond the limit, or not at all', () => {
    const bytes = file('1.2.840.10008.1.2.1.99', new Uint8Array(deflateRawSync(new Uint8Array(5000))));
    const inflate = (deflated: Uint8Array) => inflateRawSync(deflated);
    expect(() => read(bytes, { maxInflatedBytes: 4999 }, inflate)).toThrowError(/more data/);
    expect(() => read(bytes.subarray(0, -8), {}, inflate)).toThrowError(/breaks the rules/);
  });

  it.each([
    ['explicit', 'implicit', LE, IMPLICIT, '1.2.840.10008.1.2'],
    ['implicit', 'explicit', '1.2.840.10008.1.2', EXPLICIT, LE],
    ['little endian', 'big endian', LE, BIG_ENDIAN, '1.2.840.10008.1.2.2'],
  ])('believes the data when %s is stated and %s is there', (_, __, stated, coding, actual) => {
    const part10 = read(file(stated, identity(coding)));
    expect(part10.transferSyntaxUid).toBe(actual);
    expect(part10.warnings).toEqual([readWarnings.transferSyntaxWrong]);
  });

  it('reads native pixel data under a compressed syntax, and names the native one', () => {
    const part10 = read(file('1.2.840.10008.1.2.4.80', identity(), imageAttributes(), pixelData(pixels(6))));
    expect(part10.transferSyntaxUid).toBe(LE);
    expect(part10.frames).toMatchObject({ kind: 'native', count: 1 });
  });

  it('recognises coded pixel data under a native syntax', () => {
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xc3, 0, 4, 0, 0);
    const part10 = read(file(LE, identity(), imageAttributes(), encapsulated([], [jpeg])));
    expect(part10.transferSyntaxUid).toBe('1.2.840.10008.1.2.4.57');
  });

  it('keeps a private syntax, and takes it for explicit little endian', () => {
    const part10 = read(file('1.2.3.999', identity()));
    expect(part10.transferSyntaxUid).toBe('1.2.3.999');
    expect(part10.warnings).toEqual([readWarnings.transferSyntaxUnknown]);
  });
});

describe('files with something missing', () => {
  it.each([
    ['explicit little endian', LE, EXPLICIT],
    ['implicit little endian', '1.2.840.10008.1.2', IMPLICIT],
    ['explicit big endian', '1.2.840.10008.1.2.2', BIG_ENDIAN],
  ])('reads a bare data set in %s', (_, uid, coding) => {
    const part10 = read(concat(identity(coding), imageAttributes({ coding }), pixelData(pixels(6), coding)));
    expect(part10.transferSyntaxUid).toBe(uid);
    expect(part10.fileMeta).toEqual({});
    expect(part10.warnings).toContain(readWarnings.noFileMeta);
  });

  it('reads file meta information without preamble', () => {
    expect(read(concat(fileMeta(LE), identity())).warnings).toEqual([readWarnings.noPreamble]);
    expect(read(concat(latin('DICM'), fileMeta(LE), identity())).warnings).toEqual([readWarnings.noPreamble]);
  });

  it('reads file meta information in implicit VR', () => {
    const part10 = read(concat(PREAMBLE, fileMeta('1.2.840.10008.1.2', IMPLICIT), identity(IMPLICIT)));
    expect(part10.fileMeta['00020010']).toEqual({ vr: 'UI', Value: ['1.2.840.10008.1.2'] });
    expect(part10.warnings).toEqual([readWarnings.implicitFileMeta]);
  });

  it('does not trust the length of the file meta information', () => {
    const meta = concat(
      element(0x00020000, 'UL', integer(9999, 4)),
      element(0x00020010, 'UI', latin(LE, '\0')),
    );
    expect(read(concat(PREAMBLE, meta, identity())).identity.sopInstanceUid).toBe('1.2.3.4');
  });

  it('takes the SOP UIDs from the file meta information when the data set has none', () => {
    const meta = concat(
      element(0x00020002, 'UI', latin('1.2.840.10008.5.1.4.1.1.7', '\0')),
      element(0x00020003, 'UI', latin('1.2.9', '\0')),
      element(0x00020010, 'UI', latin(LE, '\0')),
    );
    const rest = concat(
      element(0x0020000d, 'UI', latin('1.2.3', '\0')),
      element(0x0020000e, 'UI', latin('1.2.4', '\0')),
    );
    const part10 = read(concat(PREAMBLE, meta, rest));
    expect(part10.identity.sopInstanceUid).toBe('1.2.9');
    expect(part10.warnings).toEqual([readWarnings.uidFromFileMeta]);
  });

  it('says that an image without pixel data has none', () => {
    const part10 = read(file(LE, identity(), imageAttributes()));
    expect(part10.frames).toBeUndefined();
    expect(part10.warnings).toEqual([readWarnings.pixelDataMissing]);
  });
});
