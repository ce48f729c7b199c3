import {
  countFrames,
  DicomError,
  encodeFrameIndex,
  transferSyntax,
  type DicomDataset,
  type Part10,
} from '@sightline/dicom';
import { attributesByLevel } from './attribute-levels.ts';
import { packJson } from './index/stored-json.ts';
import type { ParsedInstance } from './instance-reader.ts';

/**
 * Computes once, from a file that has been read, everything that a later search or retrieve needs. Throws DicomError
 * too_large where the metadata would be longer than a text can be.
 */
export function parseInstance(part10: Part10): ParsedInstance {
  const dataset = describedAsSent(part10);
  return {
    transferSyntaxUid: part10.transferSyntaxUid,
    ...part10.identity,
    metadata: packJson(jsonOf(dataset)),
    ...(part10.frames && { frameIndex: encodeFrameIndex(part10.frames) }),
    numberOfFrames: part10.frames ? countFrames(part10.frames) : 0,
    bulk: part10.bulk.map(({ path, vr, offset, length, bigEndian }) => ({
      path,
      vr,
      offset,
      length,
      bigEndian,
    })),
    attributes: attributesByLevel(dataset),
    ...(part10.inflated && { inflated: part10.inflated }),
    warnings: part10.warnings,
  };
}

/** Control characters take six times their length: half a gigabyte is reached with values that the reader allows. */
function jsonOf(dataset: DicomDataset): string {
  try {
    return JSON.stringify(dataset);
  } catch (cause) {
    throw cause instanceof RangeError ? new DicomError('too_large', { cause }) : cause;
  }
}

/**
 * DICOM JSON is UTF-8 whatever the file was (PS3.18 F.2.2), and whoever reads the metadata wants to know in which
 * transfer syntax the pixels are. Pixels are asked for by frames; a video has none, and is found by its bulk data.
 */
function describedAsSent({ dataset, transferSyntaxUid }: Part10): DicomDataset {
  const described: DicomDataset = {
    ...dataset,
    ...(dataset['00080005'] && { '00080005': { vr: 'CS', Value: ['ISO_IR 192'] } }),
    '00083002': { vr: 'UI', Value: [transferSyntaxUid] },
    ...(transferSyntax(transferSyntaxUid)?.family === 'video' && {
      '7FE00010': { vr: 'OB', BulkDataURI: 'bulkdata/7FE00010' },
    }),
  };
  return Object.fromEntries(Object.entries(described).sort(([a], [b]) => (a < b ? -1 : 1)));
}
