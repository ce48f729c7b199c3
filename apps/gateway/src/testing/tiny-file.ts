import { type DicomDataset, writePart10 } from '@sightline/dicom';

const PIXELS = Uint8Array.from([0, 64, 128, 255]);
const us = (value: number) => ({ vr: 'US', Value: [value] }) as const;
const text = (vr: 'CS' | 'UI' | 'LO', value: string) => ({ vr, Value: [value] }) as const;

/** A secondary capture of 2x2 pixels; `patient` and `study` are what a log must not show. */
export function tinyFile(options: {
  readonly study: string;
  readonly instance: string;
  readonly patient: string;
}): Uint8Array {
  const dataset: DicomDataset = {
    '00080005': text('CS', 'ISO_IR 192'),
    '00080016': text('UI', '1.2.840.10008.5.1.4.1.1.7'),
    '00080018': text('UI', options.instance),
    '00080060': text('CS', 'OT'),
    '00100010': { vr: 'PN', Value: [{ Alphabetic: options.patient }] },
    '00100020': text('LO', 'ID-OF-PATIENT'),
    '0020000D': text('UI', options.study),
    '0020000E': text('UI', `${options.study}.1`),
    '00280002': us(1),
    '00280004': text('CS', 'MONOCHROME2'),
    '00280010': us(2),
    '00280011': us(2),
    '00280100': us(8),
    '00280101': us(8),
    '00280102': us(7),
    '00280103': us(0),
  };
  return writePart10({ dataset, transferSyntaxUid: '1.2.840.10008.1.2.1', pixelData: PIXELS });
}
