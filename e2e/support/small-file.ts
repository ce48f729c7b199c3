import { type DicomDataset, writePart10 } from '@sightline/dicom';

const us = (value: number) => ({ vr: 'US', Value: [value] }) as const;
export const ui = (value: string) => ({ vr: 'UI', Value: [value] }) as const;

/** Two small grey frames, and bulk data. */
export function smallFile(overrides: DicomDataset = {}): Uint8Array<ArrayBuffer> {
  const dataset: DicomDataset = {
    '00080016': ui('1.2.840.10008.5.1.4.1.1.7'),
    '00080018': ui('1.2.3.4.5'),
    '00080060': { vr: 'CS', Value: ['OT'] },
    '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] },
    '0020000D': ui('1.2.3'),
    '0020000E': ui('1.2.3.4'),
    '00280002': us(1),
    '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
    '00280008': { vr: 'IS', Value: [2] },
    '00280010': us(16),
    '00280011': us(16),
    '00280100': us(8),
    '00280101': us(8),
    '00280102': us(7),
    '00280103': us(0),
    '00420011': { vr: 'OB', InlineBinary: Buffer.alloc(4000, 7).toString('base64') },
    ...overrides,
  };
  const pixelData = Uint8Array.from({ length: 512 }, (_, at) => at & 0xff);
  return new Uint8Array(writePart10({ dataset, transferSyntaxUid: '1.2.840.10008.1.2.1', pixelData }));
}
