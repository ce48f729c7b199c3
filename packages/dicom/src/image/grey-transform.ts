import { getItems, getNumber, getNumbers, getText, getTexts } from '../attributes.ts';
import { DicomError } from '../dicom-error.ts';
import type { DicomDataset } from '../dicom-json.ts';
import { functionalGroup } from './functional-groups.ts';
import { describeImage, storedRange } from './image-description.ts';
import * as Tag from './image-tags.ts';
import { type BulkLookup, type LookupTable, lookUp, noBulk, readLutItem } from './lookup-table.ts';
import { isWindow, type VoiChoice, type VoiFunction } from './voi.ts';

/** Stored values to the manufacturer-independent ones, PS3.3 C.11.1. */
export type ModalityTransform =
  | { readonly kind: 'linear'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'lut'; readonly lut: LookupTable };

/** The stages of PS3.4 N.2 for one frame, in the order in which they apply. */
export interface GreyTransform {
  readonly modality: ModalityTransform;
  /** Rescale Type or Modality LUT Type as the file has it (HU, OD, US...), absent where it says nothing. */
  readonly units?: string;
  /** What the file offers, windows first; the first one is the default. Empty: see defaultWindow. */
  readonly voi: readonly VoiChoice[];
  /** INVERSE where the file says so or the image is MONOCHROME1: once, never twice. */
  readonly presentation: 'IDENTITY' | 'INVERSE' | LookupTable;
}

/**
 * Reads the grayscale transformations of one frame: for an enhanced multi-frame image those of the functional groups,
 * per-frame before shared, and the data set's own where a group is absent.
 *
 * @param frame counts from 1, as in DICOM.
 * @param bulk supplies lookup tables that are bulk data; list them with `neededBulk`.
 * @throws DicomError bad_image_attributes
 */
export function frameTransform(ds: DicomDataset, frame: number, bulk: BulkLookup = noBulk): GreyTransform {
  const description = describeImage(ds);
  const pixelValues = functionalGroup(ds, frame, Tag.PixelValueTransformationSequence) ?? ds;
  const isSigned = description.pixelRepresentation === 1;
  const { modality, units } = readModality(pixelValues, isSigned, bulk, isProjectionIntensity(ds));
  const range = storedRange(description);
  const least = Math.min(applyModality(modality, range.min), applyModality(modality, range.max));
  return {
    modality,
    ...(units === undefined ? {} : { units }),
    voi: readVoi(functionalGroup(ds, frame, Tag.FrameVOILUTSequence) ?? ds, least < 0, bulk),
    presentation: readPresentation(ds, description.photometricInterpretation === 'MONOCHROME1', bulk),
  };
}

/** One stored value in the units of the modality (Hounsfield units and the like). */
export function applyModality(modality: ModalityTransform, stored: number): number {
  return modality.kind === 'linear'
    ? stored * modality.slope + modality.intercept
    : lookUp(modality.lut, stored);
}

function readModality(
  ds: DicomDataset,
  isSigned: boolean,
  bulk: BulkLookup,
  isLutForMeasuring: boolean,
): { modality: ModalityTransform; units: string | undefined } {
  const item = getItems(ds, Tag.ModalityLUTSequence)[0];
  if (item !== undefined && !isLutForMeasuring) {
    return {
      modality: { kind: 'lut', lut: readLutItem(item, isSigned, bulk) },
      units: getText(item, Tag.ModalityLUTType),
    };
  }
  const slope = getNumber(ds, Tag.RescaleSlope) ?? 1;
  const intercept = getNumber(ds, Tag.RescaleIntercept) ?? 0;
  // A slope of 0 would make every pixel the same value: damage, not an image.
  if (slope === 0 || !Number.isFinite(slope) || !Number.isFinite(intercept)) {
    throw new DicomError('bad_image_attributes');
  }
  return { modality: { kind: 'linear', slope, intercept }, units: getText(ds, Tag.RescaleType) };
}

/** X-Ray Angiographic and X-Ray Radiofluoroscopic Image Storage. */
const projectionClasses = ['1.2.840.10008.5.1.4.1.1.12.1', '1.2.840.10008.5.1.4.1.1.12.2'];

/**
 * In these two classes the Modality LUT leads back to X-ray beam intensity, PS3.3 C.8.7.1.1.2, and their windows are made
 * for the stored values: applied for display it would give a picture that nobody chose.
 */
function isProjectionIntensity(ds: DicomDataset): boolean {
  return projectionClasses.includes(getText(ds, Tag.SOPClassUID) ?? '');
}

/** Windows first: PS3.3 C.11.2 makes the two alternatives, and a window is what a reader can adjust. */
function readVoi(ds: DicomDataset, isSigned: boolean, bulk: BulkLookup): readonly VoiChoice[] {
  const luts = getItems(ds, Tag.VOILUTSequence).map((item): VoiChoice => {
    const lut = readLutItem(item, isSigned, bulk);
    return { kind: 'lut', lut, ...(lut.explanation === undefined ? {} : { explanation: lut.explanation }) };
  });
  return [...readWindows(ds), ...luts];
}

function readWindows(ds: DicomDataset): readonly VoiChoice[] {
  const centers = getNumbers(ds, Tag.WindowCenter) ?? [];
  const widths = getNumbers(ds, Tag.WindowWidth) ?? [];
  const explanations = getTexts(ds, Tag.WindowCenterWidthExplanation);
  const curve = readFunction(ds);
  if (curve === undefined) return [];
  return centers.flatMap((center, i): VoiChoice[] => {
    const width = widths[i];
    if (width === undefined) return [];
    const window = { kind: 'window', center, width, function: curve, origin: 'file' } as const;
    // A width that the function is not defined for (0 is frequent) is no window at all.
    if (!isWindow(window)) return [];
    const explanation = explanations[i];
    return [explanation ? { ...window, explanation } : window];
  });
}

/** Absent means LINEAR, PS3.3 C.11.2.1.3. An unknown word is not guessed: its windows are as good as absent. */
function readFunction(ds: DicomDataset): VoiFunction | undefined {
  const text = getText(ds, Tag.VOILUTFunction) ?? 'LINEAR';
  return text === 'LINEAR' || text === 'LINEAR_EXACT' || text === 'SIGMOID' ? text : undefined;
}

/** A table gives P-values for the image as it is; a shape and MONOCHROME1 say the same thing twice. */
function readPresentation(
  ds: DicomDataset,
  isMonochrome1: boolean,
  bulk: BulkLookup,
): GreyTransform['presentation'] {
  const item = getItems(ds, Tag.PresentationLUTSequence)[0];
  if (item !== undefined) return readLutItem(item, false, bulk);
  const shape = getText(ds, Tag.PresentationLUTShape);
  return isMonochrome1 || shape === 'INVERSE' ? 'INVERSE' : 'IDENTITY';
}
