import { type DicomDataset, type DicomElement, writePart10 } from '@sightline/dicom';

/** Small objects of this repository's own making, for what no fixture file has: several in a series, documents, videos. */

export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const MPEG4_BASELINE = '1.2.840.10008.1.2.4.102';
const CT = '1.2.840.10008.5.1.4.1.1.2';
const PDF = '1.2.840.10008.5.1.4.1.1.104.1';
const VIDEO = '1.2.840.10008.5.1.4.1.1.77.1.4.1';

export interface ObjectUids {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
}

const one = (vr: DicomElement['vr'], value: string | number): DicomElement => ({ vr, Value: [value] });

function describe(
  sopClass: string,
  { study, series, instance }: ObjectUids,
  more: DicomDataset,
): DicomDataset {
  return {
    '00080016': one('UI', sopClass),
    '00080018': one('UI', instance),
    '00080020': one('DA', '20260203'),
    '00080030': one('TM', '101500'),
    '00080050': one('SH', 'CLIENTS-1'),
    '00080060': one('CS', 'CT'),
    '00081030': one('LO', 'Made for foreign clients'),
    '0008103E': one('LO', 'Series of three'),
    '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Foreign^Client' }] },
    '00100020': one('LO', 'CLIENT-1'),
    '00100030': one('DA', '19700101'),
    '00100040': one('CS', 'O'),
    '0020000D': one('UI', study),
    '0020000E': one('UI', series),
    '00200010': one('SH', '1'),
    '00200011': one('IS', 1),
    ...more,
  };
}

/** 16 x 16 of 16 bits; `number` is its Instance Number and in every pixel. */
export function slice(uids: ObjectUids, number: number): Buffer {
  const pixels = new Uint8Array(new Uint16Array(256).map((_, at) => at * 16 + number).buffer);
  const dataset = describe(CT, uids, {
    '00200013': one('IS', number),
    '00280002': one('US', 1),
    '00280004': one('CS', 'MONOCHROME2'),
    '00280010': one('US', 16),
    '00280011': one('US', 16),
    '00280100': one('US', 16),
    '00280101': one('US', 16),
    '00280102': one('US', 15),
    '00280103': one('US', 0),
  });
  return Buffer.from(writePart10({ dataset, transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN, pixelData: pixels }));
}

/** An encapsulated PDF. */
export function document(uids: ObjectUids, pdf: Uint8Array): Buffer {
  const dataset = describe(PDF, uids, {
    '00080060': one('CS', 'DOC'),
    '00200013': one('IS', 1),
    '00420011': { vr: 'OB', InlineBinary: Buffer.from(pdf).toString('base64') },
    '00420012': one('LO', 'application/pdf'),
  });
  return Buffer.from(writePart10({ dataset, transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN }));
}

/** A video, whose bytes no decoder has to understand: it is handed out as it is. */
export function video(uids: ObjectUids, mp4: Uint8Array): Buffer {
  const dataset = describe(VIDEO, uids, {
    '00080060': one('CS', 'ES'),
    '00200013': one('IS', 1),
    '00280002': one('US', 3),
    '00280004': one('CS', 'YBR_PARTIAL_420'),
    '00280006': one('US', 0),
    '00280008': one('IS', 25),
    '00280010': one('US', 16),
    '00280011': one('US', 16),
    '00280100': one('US', 8),
    '00280101': one('US', 8),
    '00280102': one('US', 7),
    '00280103': one('US', 0),
  });
  return Buffer.from(writePart10({ dataset, transferSyntaxUid: MPEG4_BASELINE, pixelData: [mp4] }));
}
