import { type DicomDataset, writePart10 } from '@sightline/dicom';

/** One DICOM file; `name` is a relative path with forward slashes. */
export interface DemoFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

export function demoFile(name: string, dataset: DicomDataset, pixels?: ArrayBufferView): DemoFile {
  const source = { dataset, transferSyntaxUid: EXPLICIT_VR_LITTLE_ENDIAN };
  // Typed arrays are in the machine's order, which is little endian wherever Node runs.
  const pixelData = pixels && new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return { name, bytes: writePart10(pixelData ? { ...source, pixelData } : source) };
}
