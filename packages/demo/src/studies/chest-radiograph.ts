import { createRadiographPixels, radiograph } from '../chest/radiograph-pixels.ts';
import { code, dataset } from '../dataset.ts';
import { type DemoFile, demoFile } from '../demo-file.ts';
import { demoUid } from '../identifiers.ts';
import { commonAttributes, type DemoStudy, patients } from '../patients.ts';

const DIGITAL_X_RAY_FOR_PRESENTATION = '1.2.840.10008.5.1.4.1.1.1.1';

const study: DemoStudy = {
  key: 'dx-chest',
  patient: patients.chest,
  date: '20250509',
  time: '134602',
  accession: 'DEMO-23344',
  description: 'Chest PA',
};

export function* chestRadiograph(): Generator<DemoFile> {
  const series = { key: 'dx-chest/1', number: 1, modality: 'DX', description: 'Chest PA' };
  const instance = { number: 1, sopClassUid: DIGITAL_X_RAY_FOR_PRESENTATION, uid: demoUid('dx-chest/1/1') };
  const attributes = { ...commonAttributes(study, series, instance), ...acquisition(), ...image() };
  yield demoFile('dx-chest/001.dcm', attributes, createRadiographPixels(5));
}

/** DX Anatomy Imaged, DX Detector and DX Positioning modules, PS3.3 C.8.11.2, C.8.11.4 and C.8.11.5. */
function acquisition() {
  return dataset({
    PresentationIntentType: 'FOR PRESENTATION',
    ImageLaterality: 'U',
    BodyPartExamined: 'CHEST',
    AnatomicRegionSequence: [code('43799004', 'SCT', 'Thoracic cavity')],
    KVP: 125,
    ExposureTime: 8,
    XRayTubeCurrent: 250,
    Exposure: 2,
    DetectorType: 'SCINTILLATOR',
    DetectorConfiguration: 'AREA',
    ImagerPixelSpacing: [radiograph.mmPerPixel, radiograph.mmPerPixel],
    DistanceSourceToDetector: 1800,
    ViewPosition: 'PA',
    PositionerType: 'NONE',
    ViewCodeSequence: [code('399348003', 'SCT', 'postero-anterior')],
    AcquisitionContextSequence: [],
    AcquisitionDate: study.date,
    AcquisitionTime: study.time,
  });
}

/** DX Image, Image Pixel and VOI LUT modules, PS3.3 C.8.11.3, C.7.6.3 and C.11.2. */
function image() {
  return dataset({
    ImageType: ['ORIGINAL', 'PRIMARY'],
    PatientOrientation: ['L', 'F'],
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: radiograph.rows,
    Columns: radiograph.columns,
    BitsAllocated: 16,
    BitsStored: radiograph.bits,
    HighBit: radiograph.bits - 1,
    PixelRepresentation: 0,
    PixelIntensityRelationship: 'LOG',
    PixelIntensityRelationshipSign: -1,
    RescaleIntercept: 0,
    RescaleSlope: 1,
    RescaleType: 'US',
    PresentationLUTShape: 'IDENTITY',
    LossyImageCompression: '00',
    BurnedInAnnotation: 'YES',
    WindowCenter: 7300,
    WindowWidth: 10800,
    WindowCenterWidthExplanation: 'CHEST',
  });
}
