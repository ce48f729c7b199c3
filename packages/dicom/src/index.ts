export * from './dicom-error.ts';
export * from './dicom-json.ts';
export * from './uid.ts';
