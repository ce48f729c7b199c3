import { getNumbers, getText, getTexts } from '../attributes.ts';
import type { DicomDataset } from '../dicom-json.ts';
import * as Tag from './image-tags.ts';

/** That an image has ever been compressed with loss, PS3.3 C.7.6.1.1.5; ratios and methods in the order of the steps. */
export interface LossyNotice {
  readonly ratios: readonly number[];
  /** Defined terms such as ISO_10918_1. */
  readonly methods: readonly string[];
}

/** Undefined where the file does not say that the image was compressed with loss. */
export function lossyNotice(ds: DicomDataset): LossyNotice | undefined {
  if (getText(ds, Tag.LossyImageCompression) !== '01') return undefined;
  return {
    ratios: getNumbers(ds, Tag.LossyImageCompressionRatio) ?? [],
    methods: getTexts(ds, Tag.LossyImageCompressionMethod).filter((method) => method !== ''),
  };
}
