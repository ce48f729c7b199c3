import { buildDisplayLut, type GreyTransform, type ImageDescription, type VoiChoice } from '@sightline/dicom';
import type { DisplayTable } from './picture.ts';

/** Neighbouring images nearly always share their table; building one takes about a millisecond. */
const KEPT = 8;
const tables = new Map<string, DisplayTable>();

/**
 * The display value of every bit pattern of up to 16 bits. Equal inputs give the same object, so that a renderer can tell
 * by identity that nothing has to be uploaded again.
 * @throws DicomError bad_image_attributes for more than 16 bits or floats
 */
export function displayTable(
  description: ImageDescription,
  transform: GreyTransform,
  voi: VoiChoice,
): DisplayTable {
  const key = tableKey(description, transform, voi);
  const known = tables.get(key);
  if (known) return known;
  const lut = buildDisplayLut(description, transform, voi);
  const table = new Uint8Array(description.bitsAllocated > 8 ? 0x10000 : 0x100);
  const stored = storedValue(description);
  for (let pattern = 0; pattern < table.length; pattern++) {
    table[pattern] = lut.data[stored(pattern) - lut.firstStored] ?? 0; // within bounds: every value has an entry
  }
  const oldest = tables.size >= KEPT ? tables.keys().next().value : undefined;
  if (oldest !== undefined) tables.delete(oldest);
  tables.set(key, table);
  return table;
}

/**
 * What a bit pattern means, PS3.5 8.1.1: bits above High Bit (overlays of old files) do not count, and the highest one that
 * does is the sign of a signed value. High Bit is Bits Stored - 1 here. A pattern that is a stored value already means
 * itself.
 */
export function storedValue({
  bitsStored,
  pixelRepresentation,
}: ImageDescription): (pattern: number) => number {
  const unused = 32 - bitsStored;
  return pixelRepresentation === 1
    ? (pattern) => (pattern << unused) >> unused
    : (pattern) => (pattern << unused) >>> unused;
}

function tableKey(
  description: ImageDescription,
  { modality, presentation }: GreyTransform,
  voi: VoiChoice,
): string {
  const { bitsAllocated, bitsStored, pixelRepresentation, pixelPaddingValue, pixelPaddingRangeLimit } =
    description;
  return JSON.stringify([
    [bitsAllocated, bitsStored, pixelRepresentation, pixelPaddingValue, pixelPaddingRangeLimit],
    modality.kind === 'linear' ? [modality.slope, modality.intercept] : identity(modality.lut),
    typeof presentation === 'string' ? presentation : identity(presentation),
    voi.kind === 'window' ? [voi.center, voi.width, voi.function] : identity(voi.lut),
  ]);
}

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

function identity(table: object): number {
  const known = identities.get(table);
  if (known !== undefined) return known;
  identities.set(table, ++nextIdentity);
  return nextIdentity;
}
