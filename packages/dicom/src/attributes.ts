import { decodeBase64 } from './base64.ts';
import type { DicomDataset, DicomElement, DicomValue, PersonName } from './dicom-json.ts';

/**
 * The values of one attribute, empty when it is absent or has none. Empty values inside a list come as null,
 * so positions stay what they are in the file.
 */
function valuesOf(dataset: DicomDataset, tag: string): readonly DicomValue[] {
  return dataset[tag]?.Value ?? [];
}

/** The first value as text, trimmed; undefined when absent, empty or not textual. Numbers come as their decimal form. */
export function getText(dataset: DicomDataset, tag: string): string | undefined {
  return textOf(valuesOf(dataset, tag)[0]);
}

/** Every value as text, in order; an empty value is ''. Empty when the attribute is absent. */
export function getTexts(dataset: DicomDataset, tag: string): readonly string[] {
  return valuesOf(dataset, tag).map((value) => textOf(value) ?? '');
}

function textOf(value: DicomValue | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  return value.trim() || undefined;
}

/** The first value as a finite number; undefined when absent, empty or not a number. */
export function getNumber(dataset: DicomDataset, tag: string): number | undefined {
  return numberOf(valuesOf(dataset, tag)[0]);
}

/** Every value as a number; empty when absent, or when any of them is not a finite one: a part of a vector is no vector. */
export function getNumbers(dataset: DicomDataset, tag: string): readonly number[] {
  const numbers: number[] = [];
  for (const value of valuesOf(dataset, tag)) {
    const number = numberOf(value);
    if (number === undefined) return [];
    numbers.push(number);
  }
  return numbers;
}

function numberOf(value: DicomValue | undefined): number | undefined {
  // Number('') is 0: an empty value must not become one.
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** The items of a sequence, in order; empty when it is absent, empty or no sequence. */
export function getItems(dataset: DicomDataset, tag: string): readonly DicomDataset[] {
  const element = dataset[tag];
  if (element?.vr !== 'SQ') return [];
  return (element.Value ?? []).filter(isItem);
}

function isItem(value: DicomValue): value is DicomDataset {
  return typeof value === 'object' && value !== null;
}

/** The first value of a PN attribute; undefined when absent or empty. */
export function getPersonName(dataset: DicomDataset, tag: string): PersonName | undefined {
  const element = dataset[tag];
  if (element?.vr !== 'PN') return undefined;
  const value = element.Value?.[0];
  if (typeof value !== 'object' || value === null) return undefined;
  return value as PersonName; // the values of a PN element have this form, PS3.18 F.2.2
}

/**
 * The bytes of an element that carries them inline (little endian); undefined for any other element, and for one
 * whose text is not base64.
 */
export function getBytes(element: DicomElement | undefined): Uint8Array | undefined {
  return element?.InlineBinary === undefined ? undefined : decodeBase64(element.InlineBinary);
}
