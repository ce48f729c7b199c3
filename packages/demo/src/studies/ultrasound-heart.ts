import { code, dataset } from '../dataset.ts';
import { type DemoFile, demoFile } from '../demo-file.ts';
import { createUltrasoundPixels, ultrasound } from '../heart/ultrasound-pixels.ts';
import { demoUid } from '../identifiers.ts';
import { commonAttributes, type DemoStudy, patients } from '../patients.ts';

const ULTRASOUND_MULTI_FRAME_STORAGE = '1.2.840.10008.5.1.4.1.1.3.1';

const study: DemoStudy = {
  key: 'us-heart',
  patient: patients.heart,
  date: '20250402',
  time: '082744',
  accession: 'DEMO-22871',
  description: 'Echocardiogram',
};

export function* ultrasoundHeart(): Generator<DemoFile> {
  const series = { key: 'us-heart/1', number: 1, modality: 'US', description: 'Apical four chamber, colour' };
  const instance = { number: 1, sopClassUid: ULTRASOUND_MULTI_FRAME_STORAGE, uid: demoUid('us-heart/1/1') };
  const attributes = { ...commonAttributes(study, series, instance), ...image(), ...regions() };
  yield demoFile('us-heart/001.dcm', attributes, createUltrasoundPixels(5));
}

/** US Image, Cine, Multi-frame and Image Pixel modules, PS3.3 C.8.5.6, C.7.6.5, C.7.6.6 and C.7.6.3. */
function image() {
  return dataset({
    ImageType: ['ORIGINAL', 'PRIMARY', 'TTE', '0011'],
    LossyImageCompression: '00',
    HeartRate: 72,
    FrameTime: ultrasound.frameTimeMs,
    CineRate: 24,
    RecommendedDisplayFrameRate: 24,
    PatientOrientation: [],
    AcquisitionDateTime: `${study.date}${study.time}`,
    AnatomicRegionSequence: [code('80891009', 'SCT', 'Heart')],
    SamplesPerPixel: 3,
    PhotometricInterpretation: 'RGB',
    PlanarConfiguration: 0,
    NumberOfFrames: ultrasound.frames,
    FrameIncrementPointer: '00181063',
    Rows: ultrasound.rows,
    Columns: ultrasound.columns,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    UltrasoundColorDataPresent: 1,
    BurnedInAnnotation: 'YES',
  });
}

/** US Region Calibration module, PS3.3 C.8.5.5: the sector, and the colour box within it. */
function regions() {
  const { apex, mmPerPixel, depthMm, halfAngle, box } = ultrasound;
  const pixel = (mm: number): number => Math.round(mm / mmPerPixel);
  const reach = pixel(depthMm * Math.sin(halfAngle));
  const sector = { x0: apex.x - reach, x1: apex.x + reach, y0: apex.y, y1: apex.y + pixel(depthMm) };
  const colour = {
    x0: apex.x + pixel(box.far * Math.sin(box.left)),
    x1: apex.x + pixel(box.far * Math.sin(box.right)),
    y0: apex.y + pixel(box.near * Math.cos(box.right)),
    y1: apex.y + pixel(box.far),
  };
  return dataset({ SequenceOfUltrasoundRegions: [region(sector, 1), region(colour, 2)] });
}

interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** `dataType` 1 tissue, 2 colour flow (C.8.5.5.1.2). Distances in cm, measured from the transducer. */
function region(box: Box, dataType: number) {
  return dataset({
    RegionSpatialFormat: 1,
    RegionDataType: dataType,
    RegionFlags: dataType === 2 ? 3 : 2,
    RegionLocationMinX0: box.x0,
    RegionLocationMinY0: box.y0,
    RegionLocationMaxX1: box.x1,
    RegionLocationMaxY1: box.y1,
    ReferencePixelX0: ultrasound.apex.x - box.x0,
    ReferencePixelY0: ultrasound.apex.y - box.y0,
    PhysicalUnitsXDirection: 3,
    PhysicalUnitsYDirection: 3,
    ReferencePixelPhysicalValueX: 0,
    ReferencePixelPhysicalValueY: 0,
    PhysicalDeltaX: ultrasound.mmPerPixel / 10,
    PhysicalDeltaY: ultrasound.mmPerPixel / 10,
  });
}
