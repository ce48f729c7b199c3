import type { DicomDataset, DicomElement } from './dicom-json.ts';

/**
 * A data set as `application/dicom+json` text, its keys ascending as PS3.18 F.2.2 demands. JSON.stringify alone puts
 * a tag such as 30060010 before 00080005: JavaScript takes a key without leading zero or letter for an array index.
 */
export function formatDicomJson(dataset: DicomDataset): string {
  const elements = Object.entries(dataset)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, element]) => `"${tag}":${formatElement(element)}`);
  return `{${elements.join(',')}}`;
}

function formatElement(element: DicomElement): string {
  if (element.vr !== 'SQ' || element.Value === undefined) return JSON.stringify(element);
  const items = element.Value.map((item) => formatDicomJson(item as DicomDataset)); // SQ holds items, F.2.2
  return `{"vr":"SQ","Value":[${items.join(',')}]}`;
}
