import { describe, expect, it } from 'vitest';
import { cs, ds, imageDataset } from '../test-support/image-dataset.ts';
import { imageKind } from './image-kind.ts';
import * as Tag from './image-tags.ts';
import { lossyNotice } from './lossy-notice.ts';

const ROOT = '1.2.840.10008.5.1.4.1.1.';
const ofClass = (uid: string) => ({ [Tag.SOPClassUID]: { vr: 'UI' as const, Value: [uid] } });

describe('imageKind', () => {
  it.each([
    ['88.33', 'report'],
    ['88.59', 'report'],
    ['104.1', 'document'],
    ['9.1.1', 'waveform'],
    ['11.1', 'presentation'],
    ['481.3', 'other'],
    ['4.2', 'other'],
  ])('takes SOP class %s without pixels for a %s', (suffix, kind) => {
    expect(imageKind(ofClass(ROOT + suffix), '1.2.840.10008.1.2.1')).toBe(kind);
  });

  it('draws whatever describes pixels, of whatever class', () => {
    expect(imageKind(imageDataset(ofClass(`${ROOT}2`)), '1.2.840.10008.1.2.1')).toBe('image');
    expect(imageKind(imageDataset(ofClass('1.2.3.4')), undefined)).toBe('image');
    expect(imageKind(imageDataset(), 'unknown')).toBe('image');
  });

  it('knows video by its transfer syntax', () => {
    expect(imageKind(imageDataset(), '1.2.840.10008.1.2.4.102')).toBe('video');
  });
});

describe('lossyNotice', () => {
  it('repeats what the file says of its compression', () => {
    const lossy = {
      [Tag.LossyImageCompression]: cs('01'),
      [Tag.LossyImageCompressionRatio]: ds(10, 2.5),
      [Tag.LossyImageCompressionMethod]: cs('ISO_10918_1', 'ISO_15444_1'),
    };
    expect(lossyNotice(lossy)).toEqual({ ratios: [10, 2.5], methods: ['ISO_10918_1', 'ISO_15444_1'] });
    expect(lossyNotice({ [Tag.LossyImageCompression]: cs('01') })).toEqual({ ratios: [], methods: [] });
  });

  it('is silent for an image that was never compressed with loss', () => {
    expect(lossyNotice({ [Tag.LossyImageCompression]: cs('00') })).toBeUndefined();
    expect(lossyNotice({})).toBeUndefined();
  });
});
