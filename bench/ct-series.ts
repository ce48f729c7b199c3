import { type DicomDataset, writePart10 } from '@sightline/dicom';

/** The series that every figure here is measured on: 300 slices, 512x512, 16 bit, uncompressed, 158 MB. */
export const ct300 = {
  studyInstanceUid: '2.25.300000000000000000000000000000000001',
  seriesInstanceUid: '2.25.300000000000000000000000000000000002',
  slices: 300,
  rows: 512,
  columns: 512,
} as const;

/** Of the study, or of another copy of it: the same but for its UIDs. */
export const studyUidOf = (copy = 0): string =>
  copy === 0 ? ct300.studyInstanceUid : `${ct300.studyInstanceUid}.${copy}`;
export const seriesUidOf = (copy = 0): string =>
  copy === 0 ? ct300.seriesInstanceUid : `${ct300.seriesInstanceUid}.${copy}`;
export const sliceUid = (slice: number, copy = 0): string =>
  `2.25.30000000000000000000000000000001${String(slice).padStart(4, '0')}${copy === 0 ? '' : `.${copy}`}`;

/** One slice as a Part 10 file: a body, a spine and noise that no compressor on the way could profit from. */
export function ctSlice(slice: number, copy = 0): Uint8Array {
  return writePart10({
    dataset: sliceAttributes(slice, copy),
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    pixelData: new Uint8Array(slicePixels(slice).buffer),
  });
}

function sliceAttributes(slice: number, copy: number): DicomDataset {
  return {
    '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] },
    '00080018': { vr: 'UI', Value: [sliceUid(slice, copy)] },
    '00080020': { vr: 'DA', Value: ['20260310'] },
    '00080030': { vr: 'TM', Value: ['101500'] },
    '00080060': { vr: 'CS', Value: ['CT'] },
    '0008103E': { vr: 'LO', Value: ['Thorax 1.0'] },
    '00100010': { vr: 'PN', Value: [{ Alphabetic: 'BENCH^CT' }] },
    '00100020': { vr: 'LO', Value: ['BENCH-300'] },
    '00180050': { vr: 'DS', Value: [1] },
    '0020000D': { vr: 'UI', Value: [studyUidOf(copy)] },
    '0020000E': { vr: 'UI', Value: [seriesUidOf(copy)] },
    '00200011': { vr: 'IS', Value: [1] },
    '00200013': { vr: 'IS', Value: [slice + 1] },
    '00200032': { vr: 'DS', Value: [-200, -200, slice] },
    '00200037': { vr: 'DS', Value: [1, 0, 0, 0, 1, 0] },
    '00200052': { vr: 'UI', Value: ['2.25.300000000000000000000000000000000003'] },
    '00280002': { vr: 'US', Value: [1] },
    '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
    '00280010': { vr: 'US', Value: [ct300.rows] },
    '00280011': { vr: 'US', Value: [ct300.columns] },
    '00280030': { vr: 'DS', Value: [0.78, 0.78] },
    '00280100': { vr: 'US', Value: [16] },
    '00280101': { vr: 'US', Value: [16] },
    '00280102': { vr: 'US', Value: [15] },
    '00280103': { vr: 'US', Value: [1] },
    '00281050': { vr: 'DS', Value: [40] },
    '00281051': { vr: 'DS', Value: [400] },
    '00281052': { vr: 'DS', Value: [0] },
    '00281053': { vr: 'DS', Value: [1] },
  };
}

/** Stored values of one slice, signed 16 bit, row by row. */
export function slicePixels(slice: number): Int16Array {
  const { rows, columns } = ct300;
  const pixels = new Int16Array(rows * columns);
  let noise = (slice + 1) * 2654435761;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
      const body = ((x - 256) / 200) ** 2 + ((y - 256) / 140) ** 2;
      const spine = ((x - 256) / 26) ** 2 + ((y - 350 - slice / 30) / 26) ** 2;
      const tissue = spine < 1 ? 600 : body < 1 ? 40 : -1000;
      pixels[y * columns + x] = tissue + (noise >>> 26) - 32;
    }
  }
  return pixels;
}
