import { DicomError } from '../dicom-error.ts';
import type { DicomDataset } from '../dicom-json.ts';
import { expandSegments } from './segmented-palette.ts';
import { describeImage } from './image-description.ts';
import * as Tag from './image-tags.ts';
import {
  type BulkLookup,
  elementBytes,
  noBulk,
  readLutDescriptor,
  readLutEntries,
  words,
} from './lookup-table.ts';

/** A palette, ready for 8-bit display: three bytes for each entry. */
export interface Palette {
  readonly firstMapped: number;
  readonly rgb: Uint8Array;
}

const channels = [
  [
    Tag.RedPaletteColorLookupTableDescriptor,
    Tag.RedPaletteColorLookupTableData,
    Tag.SegmentedRedPaletteColorLookupTableData,
  ],
  [
    Tag.GreenPaletteColorLookupTableDescriptor,
    Tag.GreenPaletteColorLookupTableData,
    Tag.SegmentedGreenPaletteColorLookupTableData,
  ],
  [
    Tag.BluePaletteColorLookupTableDescriptor,
    Tag.BluePaletteColorLookupTableData,
    Tag.SegmentedBluePaletteColorLookupTableData,
  ],
] as const;

/**
 * Reads the palette of a PALETTE COLOR image, PS3.3 C.7.9, plain or segmented.
 *
 * Entries of 16 bits are shown by their high byte. Writers that state 16 bits and fill only the low byte exist; a palette
 * without any larger value is taken for one of 8 bits, since it would otherwise be black throughout.
 *
 * @throws DicomError bad_image_attributes, also where bulk data was not supplied.
 */
export function readPalette(ds: DicomDataset, bulk: BulkLookup = noBulk): Palette {
  const isSigned = describeImage(ds).pixelRepresentation === 1;
  const tables = channels.map(([descriptorTag, dataTag, segmentedTag]) => {
    const descriptor = readLutDescriptor(ds, descriptorTag, isSigned);
    const isSegmented = ds[dataTag] === undefined;
    const entries = isSegmented
      ? expandSegments(
          segmentValues(ds, segmentedTag, descriptor.bits, bulk),
          descriptor.count,
          descriptor.bits === 8 ? 8 : 16,
        )
      : readLutEntries(ds[dataTag], descriptor.count, bulk);
    return { descriptor, entries };
  });
  const [first] = tables;
  // PS3.3 C.7.6.3.1.5: the three descriptors shall be equal.
  if (first === undefined || tables.some(({ entries }) => entries.length !== first.entries.length)) {
    return refuse();
  }
  const shift = tables.some(({ entries }) => entries.some((entry) => entry > 0xff)) ? 8 : 0;
  const rgb = new Uint8Array(first.entries.length * 3);
  tables.forEach(({ entries }, channel) => {
    entries.forEach((entry, i) => {
      rgb[i * 3 + channel] = entry >> shift;
    });
  });
  return { firstMapped: first.descriptor.firstMapped, rgb };
}

function segmentValues(ds: DicomDataset, tag: string, bits: number, bulk: BulkLookup): Uint16Array {
  const element = ds[tag];
  if (element?.Value !== undefined) return Uint16Array.from(element.Value.map(Number));
  const bytes = elementBytes(element, bulk) ?? refuse();
  return bits === 8 ? Uint16Array.from(bytes) : words(bytes);
}

function refuse(): never {
  throw new DicomError('bad_image_attributes');
}
