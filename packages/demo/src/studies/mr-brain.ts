import { dataset } from '../dataset.ts';
import { type DemoFile, demoFile } from '../demo-file.ts';
import { createMrPixels, t1Weighted, t2Weighted } from '../head/mr-pixels.ts';
import type { Triple } from '../head/shapes.ts';
import type { Tissues } from '../head/slice.ts';
import { demoUid } from '../identifiers.ts';
import { commonAttributes, type DemoSeries, type DemoStudy, patients } from '../patients.ts';

const MR_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.4';
const SIDE = 256;
const SPACING_MM = 0.9375;
const SLICES = 26;
const SLICE_STEP_MM = 4.4;
const BOTTOM_MM = -34;
/** Tilted as such scans are, front end up: the slices are oblique. */
const TILT = (8 * Math.PI) / 180;
const [COS, SIN] = [Math.cos(TILT), Math.sin(TILT)];

const study: DemoStudy = {
  key: 'mr-brain',
  patient: patients.brain,
  date: '20250318',
  time: '112905',
  accession: 'DEMO-22510',
  description: 'MR brain',
};

interface MrSeries extends DemoSeries {
  readonly tissues: Tissues;
  readonly noise: number;
  readonly repetitionMs: number;
  readonly echoMs: number;
  readonly echoTrain: number;
  readonly window: readonly [center: number, width: number];
}

const series: readonly MrSeries[] = [
  {
    key: 'mr-brain/3',
    number: 3,
    modality: 'MR',
    description: 'T1 SE axial',
    tissues: t1Weighted,
    noise: 22,
    repetitionMs: 520,
    echoMs: 11,
    echoTrain: 1,
    window: [480, 960],
  },
  {
    key: 'mr-brain/4',
    number: 4,
    modality: 'MR',
    description: 'T2 TSE axial',
    tissues: t2Weighted,
    noise: 26,
    repetitionMs: 4200,
    echoMs: 98,
    echoTrain: 15,
    window: [700, 1400],
  },
];

export function* mrBrain(): Generator<DemoFile> {
  for (const one of series) {
    const pixelsOf = createMrPixels({
      seed: 77,
      ventricles: 0.9,
      lesion: { centre: [27, 22, 26], radiusMm: 4.5, oedemaMm: 2 },
      tissues: one.tissues,
      noise: one.noise,
    });
    for (let slice = 0; slice < SLICES; slice++) {
      const origin = originOf(slice);
      const pixels = pixelsOf({
        origin,
        alongRow: [SPACING_MM, 0, 0],
        alongColumn: [0, SPACING_MM * COS, -SPACING_MM * SIN],
        columns: SIDE,
        rows: SIDE,
      });
      const name = `mr-brain/${one.number}-${String(slice + 1).padStart(2, '0')}.dcm`;
      yield demoFile(
        name,
        { ...header(one, slice + 1), ...image(one, pixels), ...place(slice, origin) },
        pixels,
      );
    }
  }
}

/** Centre of the first pixel: up along the normal (0, sin, cos), then back to the corner. */
function originOf(slice: number): Triple {
  const height = BOTTOM_MM + slice * SLICE_STEP_MM;
  const corner = SPACING_MM * (SIDE / 2 - 0.5);
  return [-corner, 4 + height * SIN - corner * COS, height * COS + corner * SIN];
}

function header(one: MrSeries, number: number) {
  return commonAttributes(study, one, {
    number,
    sopClassUid: MR_IMAGE_STORAGE,
    uid: demoUid(`${one.key}/${number}`),
  });
}

/** MR Image, Image Pixel and VOI LUT modules, PS3.3 C.8.3.1, C.7.6.3 and C.11.2. */
function image(one: MrSeries, pixels: Int16Array) {
  return dataset({
    ImageType: ['ORIGINAL', 'PRIMARY', 'OTHER'],
    AcquisitionDate: study.date,
    AcquisitionTime: study.time,
    BodyPartExamined: 'HEAD',
    ScanningSequence: 'SE',
    SequenceVariant: one.echoTrain > 1 ? 'SK' : 'NONE',
    ScanOptions: [],
    MRAcquisitionType: '2D',
    RepetitionTime: one.repetitionMs,
    EchoTime: one.echoMs,
    NumberOfAverages: 1,
    ImagingFrequency: 63.87,
    ImagedNucleus: '1H',
    EchoNumbers: 1,
    MagneticFieldStrength: 1.5,
    EchoTrainLength: one.echoTrain,
    FlipAngle: 90,
    PatientPosition: 'HFS',
    AcquisitionNumber: 1,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: SIDE,
    Columns: SIDE,
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    SmallestImagePixelValue: pixels.reduce((a, b) => Math.min(a, b)),
    LargestImagePixelValue: pixels.reduce((a, b) => Math.max(a, b)),
    BurnedInAnnotation: 'YES',
    WindowCenter: one.window[0],
    WindowWidth: one.window[1],
  });
}

/** Frame of Reference and Image Plane modules, PS3.3 C.7.4.1 and C.7.6.2. */
function place(slice: number, origin: Triple) {
  return dataset({
    FrameOfReferenceUID: demoUid(`${study.key}/frame`),
    PositionReferenceIndicator: [],
    SliceThickness: 4,
    SpacingBetweenSlices: SLICE_STEP_MM,
    ImagePositionPatient: origin.map((value) => Number(value.toFixed(6))),
    ImageOrientationPatient: [1, 0, 0, 0, Number(COS.toFixed(8)), Number((-SIN).toFixed(8))],
    SliceLocation: Number((BOTTOM_MM + slice * SLICE_STEP_MM).toFixed(3)),
    PixelSpacing: [SPACING_MM, SPACING_MM],
  });
}
