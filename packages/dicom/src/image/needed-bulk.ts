import { getItems } from '../attributes.ts';
import type { DicomDataset } from '../dicom-json.ts';
import { functionalGroup } from './functional-groups.ts';
import * as Tag from './image-tags.ts';

const paletteTags = [
  Tag.RedPaletteColorLookupTableData,
  Tag.GreenPaletteColorLookupTableData,
  Tag.BluePaletteColorLookupTableData,
  Tag.SegmentedRedPaletteColorLookupTableData,
  Tag.SegmentedGreenPaletteColorLookupTableData,
  Tag.SegmentedBluePaletteColorLookupTableData,
];

/**
 * The BulkDataURIs whose bytes drawing a frame needs besides its pixels: palettes and lookup tables. Empty for most
 * images. Fetch them and give them to `frameTransform`, `readPalette` and `render8` as their `bulk` argument.
 * @param frame counts from 1.
 */
export function neededBulk(ds: DicomDataset, frame: number): readonly string[] {
  const tables = [
    ...getItems(
      functionalGroup(ds, frame, Tag.PixelValueTransformationSequence) ?? ds,
      Tag.ModalityLUTSequence,
    ),
    ...getItems(functionalGroup(ds, frame, Tag.FrameVOILUTSequence) ?? ds, Tag.VOILUTSequence),
    ...getItems(ds, Tag.PresentationLUTSequence),
  ];
  const elements = [...paletteTags.map((tag) => ds[tag]), ...tables.map((item) => item[Tag.LUTData])];
  return elements.flatMap((element) => element?.BulkDataURI ?? []);
}
