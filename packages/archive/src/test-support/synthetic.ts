import { deflateRawSync } from 'node:zlib';
import { transferSyntax, writePart10, type DicomDataset, type DicomElement } from '@sightline/dicom';

export interface Synthetic {
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  readonly transferSyntaxUid?: string;
  /** Bytes of each frame: 4 x 2 pixels of 16 bit where native. Absent: no pixel data. */
  readonly frames?: readonly Uint8Array[];
  readonly attributes?: DicomDataset;
}

export const CT = '1.2.840.10008.5.1.4.1.1.2';
export const EXPLICIT = '1.2.840.10008.1.2.1';
export const JPEG_2000_LOSSLESS = '1.2.840.10008.1.2.4.90';

/** A small DICOM file. Attributes given replace the usual ones. */
export function synthetic(options: Synthetic = {}): Uint8Array {
  const {
    study = '1.2.3',
    series = '1.2.3.1',
    instance = '1.2.3.1.1',
    transferSyntaxUid = EXPLICIT,
    frames,
  } = options;
  const dataset: DicomDataset = {
    '00080016': ui(CT),
    '00080018': ui(instance),
    '00080020': { vr: 'DA', Value: ['20240102'] },
    '00080030': { vr: 'TM', Value: ['1030'] },
    '00080060': { vr: 'CS', Value: ['CT'] },
    '00100010': pn('Doe^Jane'),
    '00100020': { vr: 'LO', Value: ['P1'] },
    '0020000D': ui(study),
    '0020000E': ui(series),
    '00200011': { vr: 'IS', Value: [1] },
    '00200013': { vr: 'IS', Value: [1] },
    ...(frames && imageAttributes(frames.length)),
    ...options.attributes,
  };
  const isEncapsulated = transferSyntax(transferSyntaxUid)?.encapsulated === true;
  return writePart10({
    dataset: Object.fromEntries(Object.entries(dataset).sort(([a], [b]) => (a < b ? -1 : 1))),
    transferSyntaxUid,
    ...(frames && { pixelData: isEncapsulated ? frames : Buffer.concat(frames) }),
  });
}

const imageAttributes = (count: number): DicomDataset => ({
  '00280002': us(1),
  '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
  '00280008': { vr: 'IS', Value: [count] },
  '00280010': us(2),
  '00280011': us(4),
  '00280100': us(16),
  '00280101': us(12),
  '00280102': us(11),
  '00280103': us(0),
});

export const ui = (value: string): DicomElement => ({ vr: 'UI', Value: [value] });
export const us = (value: number): DicomElement => ({ vr: 'US', Value: [value] });
export const pn = (Alphabetic: string): DicomElement => ({ vr: 'PN', Value: [{ Alphabetic }] });

/** 16 bytes that tell which frame they are of. */
export const frameBytes = (frame: number): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, at) => (frame * 16 + at) & 0xff);

const DEFLATED = '1.2.840.10008.1.2.1.99';

/** The same object in the deflated transfer syntax, PS3.5 A.5. */
export function deflated(file: Uint8Array): Uint8Array {
  // Preamble, "DICM", and (0002,0000), whose value is the length of the rest of the file meta information.
  const metaStart = 132;
  const metaLength = new DataView(file.buffer, file.byteOffset).getUint32(metaStart + 8, true);
  const dataset = file.subarray(metaStart + 12 + metaLength);
  const syntax = Buffer.concat([
    Buffer.of(2, 0, 0x10, 0, 0x55, 0x49, DEFLATED.length, 0),
    Buffer.from(DEFLATED),
  ]);
  const length = Buffer.of(2, 0, 0, 0, 0x55, 0x4c, 4, 0, syntax.length, 0, 0, 0);
  return Buffer.concat([file.subarray(0, metaStart), length, syntax, deflateRawSync(dataset)]);
}
