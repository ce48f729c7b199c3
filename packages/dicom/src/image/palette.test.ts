import { describe, expect, it } from 'vitest';
import type { DicomDataset, DicomElement } from '../dicom-json.ts';
import { bulkOw, cs, imageDataset, ow, us } from '../test-support/image-dataset.ts';
import * as Tag from './image-tags.ts';
import { neededBulk } from './needed-bulk.ts';
import { readPalette } from './palette.ts';

const refused = expect.objectContaining({ code: 'bad_image_attributes' });

function paletteImage(
  descriptor: DicomElement,
  [red, green, blue]: readonly [DicomElement, DicomElement, DicomElement],
): DicomDataset {
  return imageDataset({
    [Tag.PhotometricInterpretation]: cs('PALETTE COLOR'),
    [Tag.RedPaletteColorLookupTableDescriptor]: descriptor,
    [Tag.GreenPaletteColorLookupTableDescriptor]: descriptor,
    [Tag.BluePaletteColorLookupTableDescriptor]: descriptor,
    [Tag.RedPaletteColorLookupTableData]: red,
    [Tag.GreenPaletteColorLookupTableData]: green,
    [Tag.BluePaletteColorLookupTableData]: blue,
  });
}

function segmentedImage(descriptor: DicomElement, segments: DicomElement): DicomDataset {
  const { [Tag.RedPaletteColorLookupTableData]: _r, ...rest } = paletteImage(descriptor, [
    segments,
    segments,
    segments,
  ]);
  const {
    [Tag.GreenPaletteColorLookupTableData]: _g,
    [Tag.BluePaletteColorLookupTableData]: _b,
    ...image
  } = rest;
  return {
    ...image,
    [Tag.SegmentedRedPaletteColorLookupTableData]: segments,
    [Tag.SegmentedGreenPaletteColorLookupTableData]: segments,
    [Tag.SegmentedBluePaletteColorLookupTableData]: segments,
  };
}

const reds = (ds: DicomDataset) => [...readPalette(ds).rgb].filter((_, i) => i % 3 === 0);

describe('readPalette', () => {
  it('shows 16-bit entries by their high byte', () => {
    const image = paletteImage(us(2, 5, 16), [
      ow([0x00, 0xff, 0x34, 0x12]),
      ow([0, 0, 0xff, 0xff]),
      ow([0, 0x80, 0, 0x40]),
    ]);
    expect(readPalette(image)).toEqual({
      firstMapped: 5,
      rgb: Uint8Array.of(0xff, 0, 0x80, 0x12, 0xff, 0x40),
    });
  });

  it('takes a 16-bit palette that only fills low bytes for one of 8 bits', () => {
    const small = ow([7, 0, 9, 0]);
    expect(reds(paletteImage(us(2, 0, 16), [small, small, small]))).toEqual([7, 9]);
  });

  it('reads 8-bit entries packed two to a word', () => {
    const packed = ow([7, 8, 250, 0]);
    expect(reds(paletteImage(us(3, 0, 8), [packed, packed, packed]))).toEqual([7, 8, 250]);
  });

  it('refuses a palette that is missing, cut or of unequal lengths', () => {
    const entries = ow([1, 0, 2, 0]);
    expect(() => readPalette(paletteImage(us(8, 0, 16), [entries, entries, entries]))).toThrow(refused);
    expect(() => readPalette(imageDataset({ [Tag.PhotometricInterpretation]: cs('PALETTE COLOR') }))).toThrow(
      refused,
    );
    const unequal = {
      ...paletteImage(us(2, 0, 16), [entries, entries, entries]),
      [Tag.BluePaletteColorLookupTableDescriptor]: us(1, 0, 16),
    };
    expect(() => readPalette(unequal)).toThrow(refused);
  });

  it('takes bulk data from the caller, who learns from neededBulk what to fetch', () => {
    const image = paletteImage(us(2, 0, 16), [bulkOw('r'), bulkOw('g'), ow([0, 3, 0, 6])]);
    expect(neededBulk(image, 1)).toEqual(['r', 'g']);
    const bytes = new Map([
      ['r', Uint8Array.of(0, 1, 0, 4)],
      ['g', Uint8Array.of(0, 2, 0, 5)],
    ]);
    expect(readPalette(image, (uri) => bytes.get(uri)).rgb).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(() => readPalette(image)).toThrow(refused);
  });
});

describe('a segmented palette', () => {
  const words = (...values: number[]) => ow(values.flatMap((value) => [value & 0xff, value >> 8]));

  it('has discrete and linear segments', () => {
    // 2 entries as they are, then 4 in equal steps to 0x6000.
    const image = segmentedImage(us(6, 0, 16), words(0, 2, 0x1000, 0x2000, 1, 4, 0x6000));
    expect(reds(image)).toEqual([0x10, 0x20, 0x30, 0x40, 0x50, 0x60]);
  });

  it('repeats segments that an indirect one points at, by byte offset', () => {
    const image = segmentedImage(us(6, 0, 16), words(0, 1, 0x1000, 0, 2, 0x2000, 0x3000, 2, 2, 0, 0));
    expect(reds(image)).toEqual([0x10, 0x20, 0x30, 0x10, 0x20, 0x30]);
  });

  it('of 8 bits is read byte by byte, with an offset of four bytes', () => {
    const image = segmentedImage(us(4, 0, 8), ow([0, 2, 10, 20, 2, 1, 0, 0, 0, 0]));
    expect(reds(image)).toEqual([10, 20, 10, 20]);
  });

  it('takes no more from an indirect segment than the table holds, however much it repeats', () => {
    const endless = Array.from({ length: 20_000 }, () => [1, 65535, 0x6000]).flat();
    const image = segmentedImage(us(4, 0, 16), words(0, 1, 0x6000, 2, 20_000, 14, 0, ...endless));
    expect(reds(image)).toEqual([0x60, 0x60, 0x60, 0x60]);
  });

  it.each([
    ['that end early', [0, 4, 1, 2]],
    ['that begin with a line from nowhere', [1, 4, 0x6000]],
    ['of an unknown kind', [7, 1, 1, 1, 1]],
    ['that point at themselves', [2, 1, 0, 0]],
    ['that point beyond the end', [0, 1, 5, 2, 1, 200, 0]],
  ])('is refused with segments %s', (_what, values) => {
    expect(() => readPalette(segmentedImage(us(4, 0, 16), words(...values)))).toThrow(refused);
  });
});
