import type { DicomDataset } from '@sightline/dicom';
import { describe, expect, it } from 'vitest';
import { displaySetsOf } from './display-set.ts';
import { type Instance, readInstance } from './instance.ts';

let next = 0;

/** An instance with an image of 8 bits unless told otherwise. */
function instance(facts: {
  sopClass?: string;
  modality?: string;
  frames?: number;
  imageType?: string[];
  isImage?: boolean;
}): Instance {
  const {
    sopClass = '1.2.840.10008.5.1.4.1.1.2',
    modality = 'CT',
    frames,
    imageType,
    isImage = true,
  } = facts;
  const number = ++next;
  const dataset: DicomDataset = {
    '00080016': { vr: 'UI', Value: [sopClass] },
    '00080018': { vr: 'UI', Value: [`1.3.${number}`] },
    '0020000D': { vr: 'UI', Value: ['1.1'] },
    '0020000E': { vr: 'UI', Value: ['1.2'] },
    '00080060': { vr: 'CS', Value: [modality] },
    '00200013': { vr: 'IS', Value: [number] },
    ...(frames && { '00280008': { vr: 'IS', Value: [frames] } }),
    ...(imageType && { '00080008': { vr: 'CS', Value: imageType } }),
    ...(isImage && {
      '00280002': { vr: 'US', Value: [1] },
      '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
      '00280010': { vr: 'US', Value: [2] },
      '00280011': { vr: 'US', Value: [2] },
      '00280100': { vr: 'US', Value: [8] },
    }),
  };
  return readInstance(dataset)!;
}

const sizes = (instances: readonly Instance[], related?: number) =>
  displaySetsOf(instances, related).map((set) => set.images.length);

describe('displaySetsOf', () => {
  it('makes one stack of the slices of a series', () => {
    expect(sizes([instance({}), instance({}), instance({})])).toEqual([3]);
  });

  it('sets the scout apart from the slices planned on it', () => {
    const scout = { imageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] };
    expect(sizes([instance(scout), instance({}), instance({})])).toEqual([1, 2]);
  });

  it('makes a stack of its own of every multi-frame instance, frame by frame', () => {
    const [cine, still] = displaySetsOf(
      [instance({ modality: 'US', frames: 4 }), instance({ modality: 'US' })],
      2,
    );
    expect(cine?.images.map(({ frame }) => frame)).toEqual([1, 2, 3, 4]);
    expect(still?.images).toHaveLength(1);
  });

  it('shows radiographs one by one', () => {
    expect(sizes([instance({ modality: 'DX' }), instance({ modality: 'DX' })])).toEqual([1, 1]);
  });

  it.each([
    ['1.2.840.10008.5.1.4.1.1.104.1', 'pdf'],
    ['1.2.840.10008.5.1.4.1.1.88.33', 'report'],
    ['1.2.840.10008.5.1.4.1.1.88.59', 'keyObjects'],
    ['1.2.840.10008.5.1.4.1.1.9.1.1', 'waveform'],
    ['1.2.840.10008.5.1.4.1.1.66.4', 'segmentation'],
    ['1.2.840.10008.5.1.4.1.1.77.1.6', 'slide'],
    ['1.2.840.10008.5.1.4.1.1.77.1.1.1', 'video'],
    ['1.2.840.10008.5.1.4.1.1.481.3', 'structureSet'],
    ['1.2.840.10008.5.1.4.38.1', 'noImage'],
  ])('says what an object of %s is instead of showing it', (sopClass, kind) => {
    const [set] = displaySetsOf([instance({ sopClass, isImage: kind !== 'noImage' && kind !== 'pdf' })], 1);
    expect(set?.unsupported).toBe(kind);
    expect(set?.images).toEqual([]);
  });

  it('shows an image of a class that it does not know', () => {
    const [set] = displaySetsOf([instance({ sopClass: '1.2.3.4.5' })], 1);
    expect(set?.unsupported).toBeUndefined();
    expect(set?.images).toHaveLength(1);
  });

  it('counts what the archive has but did not describe', () => {
    expect(displaySetsOf([instance({})], 3)[0]?.missingInstances).toBe(2);
    expect(displaySetsOf([instance({})], undefined)[0]?.missingInstances).toBe(0);
    expect(displaySetsOf([instance({})], 0)[0]?.missingInstances).toBe(0);
  });

  it('has no display set for a series without instances', () => {
    expect(displaySetsOf([], 4)).toEqual([]);
  });
});
