import { dataset } from '../dataset.ts';
import { type DemoFile, demoFile } from '../demo-file.ts';
import type { Lesion } from '../head/anatomy.ts';
import { createCtPixels } from '../head/ct-pixels.ts';
import { demoUid } from '../identifiers.ts';
import { commonAttributes, type DemoSeries, type DemoStudy, patients } from '../patients.ts';

const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2';
const SIDE = 512;

interface CtHead {
  readonly study: DemoStudy;
  readonly series: DemoSeries;
  readonly slices: number;
  readonly thicknessMm: number;
  readonly spacingMm: number;
  readonly bottomMm: number;
  /** Signed values with padding outside the circle, as one maker writes them, or unsigned ones, as another does. */
  readonly signed: boolean;
  readonly noise: number;
  readonly exposure: number;
  readonly kernel: string;
  readonly lesion: Lesion;
}

const PADDING = -2000;

export const ctHeadStudy: DemoStudy = {
  key: 'ct-head',
  patient: patients.head,
  date: '20250612',
  time: '094211',
  accession: 'DEMO-24117',
  description: 'CT head with contrast',
};

const current: CtHead = {
  study: ctHeadStudy,
  series: { key: 'ct-head/2', number: 2, modality: 'CT', description: 'Head 1.0 mm' },
  slices: 150,
  thicknessMm: 1,
  spacingMm: 0.48828125,
  bottomMm: -56,
  signed: false,
  noise: 4,
  exposure: 280,
  kernel: 'H31s',
  lesion: { centre: [-31, -20, 31], radiusMm: 13, oedemaMm: 16 },
};

/** A year before, in thicker slices: the lesion is there, and small. */
const prior: CtHead = {
  study: {
    ...ctHeadStudy,
    key: 'ct-head-prior',
    date: '20240527',
    time: '151830',
    accession: 'DEMO-18802',
  },
  series: { key: 'ct-head-prior/2', number: 2, modality: 'CT', description: 'Head 2.0 mm' },
  slices: 75,
  thicknessMm: 2,
  spacingMm: 0.46875,
  bottomMm: -55.5,
  signed: true,
  noise: 3.2,
  exposure: 310,
  kernel: 'STANDARD',
  lesion: { centre: [-31, -20, 31], radiusMm: 5.5, oedemaMm: 5 },
};

export const ctHead = (): Generator<DemoFile> => generate(current);
export const ctHeadPrior = (): Generator<DemoFile> => generate(prior);

function* generate(ct: CtHead): Generator<DemoFile> {
  const first = { x: -ct.spacingMm * (SIDE / 2 - 0.5), y: -ct.spacingMm * (SIDE / 2 - 0.5) + 2 };
  const pixelsAt = createCtPixels({
    seed: 11,
    ventricles: 1.1,
    lesion: ct.lesion,
    geometry: { columns: SIDE, rows: SIDE, spacingMm: ct.spacingMm, ...first },
    noise: ct.noise,
    ...(ct.signed && { paddingValue: PADDING }),
  });
  for (let slice = 0; slice < ct.slices; slice++) {
    const z = ct.bottomMm + slice * ct.thicknessMm;
    const attributes = { ...header(ct, slice + 1), ...image(ct), ...place(ct, first, z) };
    yield demoFile(`${ct.study.key}/${String(slice + 1).padStart(3, '0')}.dcm`, attributes, pixelsAt(z));
  }
}

function header(ct: CtHead, number: number) {
  return commonAttributes(ct.study, ct.series, {
    number,
    sopClassUid: CT_IMAGE_STORAGE,
    uid: demoUid(`${ct.series.key}/${number}`),
  });
}

/** CT Image, Image Pixel and VOI LUT modules, PS3.3 C.8.2.1, C.7.6.3 and C.11.2. */
function image(ct: CtHead) {
  return dataset({
    ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    AcquisitionDate: ct.study.date,
    AcquisitionTime: ct.study.time,
    BodyPartExamined: 'HEAD',
    ContrastBolusAgent: 'Demo contrast',
    ScanOptions: 'HELICAL',
    KVP: 120,
    DataCollectionDiameter: 500,
    ReconstructionDiameter: ct.spacingMm * SIDE,
    GantryDetectorTilt: 0,
    ExposureTime: 1000,
    XRayTubeCurrent: ct.exposure,
    Exposure: ct.exposure,
    ConvolutionKernel: ct.kernel,
    PatientPosition: 'HFS',
    AcquisitionNumber: 1,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: SIDE,
    Columns: SIDE,
    BitsAllocated: 16,
    BitsStored: ct.signed ? 16 : 12,
    HighBit: ct.signed ? 15 : 11,
    PixelRepresentation: ct.signed ? 1 : 0,
    ...(ct.signed && { PixelPaddingValue: PADDING }),
    BurnedInAnnotation: 'YES',
    WindowCenter: [40, 500],
    WindowWidth: [80, 2500],
    WindowCenterWidthExplanation: ['BRAIN', 'BONE'],
    RescaleIntercept: -1024,
    RescaleSlope: 1,
    RescaleType: 'HU',
  });
}

/** Frame of Reference and Image Plane modules, PS3.3 C.7.4.1 and C.7.6.2. */
function place(ct: CtHead, first: { readonly x: number; readonly y: number }, z: number) {
  return dataset({
    FrameOfReferenceUID: demoUid(`${ct.study.key}/frame`),
    PositionReferenceIndicator: [],
    SliceThickness: ct.thicknessMm,
    SpacingBetweenSlices: ct.thicknessMm,
    ImagePositionPatient: [first.x, first.y, z],
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    SliceLocation: z,
    PixelSpacing: [ct.spacingMm, ct.spacingMm],
  });
}
