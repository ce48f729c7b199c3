export * from './attributes.ts';
export * from './base64.ts';
export * from './dicom-error.ts';
export * from './dicom-json.ts';
export * from './person-name.ts';
export * from './tags.ts';
export * from './transfer-syntax.ts';
export * from './uid.ts';
