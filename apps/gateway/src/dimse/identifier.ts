import {
  type DicomDataset,
  type DicomElement,
  DicomError,
  readDataSet,
  Tag,
  writeDataSet,
} from '@sightline/dicom';
import { EXPLICIT_LITTLE_ENDIAN } from './presentation-contexts.ts';

/** Identifiers are lists of keys; one of this size is none. */
export const MAX_IDENTIFIER_BYTES = 1024 * 1024;
const limits = { maxElements: 10_000, maxDepth: 4 };

const isExplicit = (transferSyntaxUid: string): boolean => transferSyntaxUid === EXPLICIT_LITTLE_ENDIAN;

/** The keys, with their text in any character set that they are in. Throws DicomError. */
export function readIdentifier(bytes: Uint8Array, transferSyntaxUid: string): DicomDataset {
  return readDataSet(bytes, { explicit: isExplicit(transferSyntaxUid) }, limits);
}

const UTF_8: DicomElement = { vr: 'CS', Value: ['ISO_IR 192'] };

/** In UTF-8. A value that does not fit its VR, as old files have them, goes out empty: the match is still one. */
export function writeIdentifier(dataset: DicomDataset, transferSyntaxUid: string): Uint8Array {
  const options = { explicit: isExplicit(transferSyntaxUid) };
  const all = { ...dataset, [Tag.SpecificCharacterSet]: UTF_8 };
  try {
    return writeDataSet(all, options);
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    const fitting = Object.entries(all).map(([tag, element]) => [
      tag,
      isWritable({ [tag]: element }) ? element : { vr: element.vr },
    ]);
    return writeDataSet(Object.fromEntries(fitting), options);
  }
}

function isWritable(dataset: DicomDataset): boolean {
  try {
    return writeDataSet(dataset, { explicit: true }).length > 0;
  } catch (error) {
    if (error instanceof DicomError) return false;
    throw error;
  }
}

/** The value of a key as it was sent: several values with backslashes between them, '' for none. */
export function keyText({ Value: values = [] }: DicomElement): string {
  return values
    .map((value) => {
      if (value === null) return '';
      if (typeof value !== 'object') return String(value).trim();
      const { Alphabetic = '', Ideographic = '', Phonetic = '' } = value as Record<string, string>; // a PN: PS3.18 F.2.2
      return [Alphabetic, Ideographic, Phonetic].join('=').replace(/=+$/, '').trim();
    })
    .join('\\');
}
