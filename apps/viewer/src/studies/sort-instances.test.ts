import type { DicomDataset } from '@sightline/dicom';
import { describe, expect, it } from 'vitest';
import { type Instance, readInstance } from './instance.ts';
import { sortInstances } from './sort-instances.ts';

const AXIAL = [1, 0, 0, 0, 1, 0];
const OBLIQUE = [1, 0, 0, 0, 0.8, 0.6];

function instance(
  id: string,
  facts: { number?: number; position?: number[]; orientation?: number[] },
): Instance {
  const { number, position, orientation } = facts;
  const dataset: DicomDataset = {
    '0020000D': { vr: 'UI', Value: ['1.1'] },
    '0020000E': { vr: 'UI', Value: ['1.2'] },
    '00080018': { vr: 'UI', Value: [id] },
    ...(number !== undefined && { '00200013': { vr: 'IS', Value: [number] } }),
    ...(position && { '00200032': { vr: 'DS', Value: position } }),
    ...(orientation && { '00200037': { vr: 'DS', Value: orientation } }),
  };
  return readInstance(dataset)!;
}

const order = (instances: readonly Instance[]) => sortInstances(instances).map((one) => one.sopInstanceUid);

describe('sortInstances', () => {
  it('goes along the normal, in the direction in which instance numbers rise', () => {
    const slices = [
      instance('low', { number: 3, position: [0, 0, -10], orientation: AXIAL }),
      instance('high', { number: 1, position: [0, 0, 10], orientation: AXIAL }),
      instance('middle', { number: 2, position: [0, 0, 0], orientation: AXIAL }),
    ];
    expect(order(slices)).toEqual(['high', 'middle', 'low']);
  });

  it('trusts places more than numbers', () => {
    const slices = [
      instance('a', { number: 1, position: [0, 0, 0], orientation: AXIAL }),
      instance('b', { number: 3, position: [0, 0, 5], orientation: AXIAL }),
      instance('c', { number: 2, position: [0, 0, 10], orientation: AXIAL }),
    ];
    expect(order(slices)).toEqual(['a', 'b', 'c']);
  });

  it('uses the normal of an oblique plane, not an axis of the patient', () => {
    // The normal of OBLIQUE is (0, -0.6, 0.8): y falls while the slices rise.
    const slices = [
      instance('second', { number: 2, position: [0, -0.6, 0.8], orientation: OBLIQUE }),
      instance('first', { number: 1, position: [0, 0, 0], orientation: OBLIQUE }),
      instance('third', { number: 3, position: [0, -1.2, 1.6], orientation: OBLIQUE }),
    ];
    expect(order(slices)).toEqual(['first', 'second', 'third']);
  });

  it.each([
    ['several images at one place', [AXIAL, AXIAL, AXIAL], [0, 0, 5]],
    ['planes that are not parallel', [AXIAL, OBLIQUE, AXIAL], [0, 5, 10]],
  ])('goes by instance number for %s', (_, orientations, places) => {
    const slices = places.map((z, index) =>
      instance(`n${3 - index}`, {
        number: 3 - index,
        position: [0, 0, z],
        orientation: orientations[index]!,
      }),
    );
    expect(order(slices)).toEqual(['n1', 'n2', 'n3']);
  });

  it('goes by instance number where positions are missing, unnumbered ones last and as given', () => {
    const images = [
      instance('x', {}),
      instance('b', { number: 2 }),
      instance('y', {}),
      instance('a', { number: 1 }),
    ];
    expect(order(images)).toEqual(['a', 'b', 'x', 'y']);
  });

  it('sorts numbers as numbers', () => {
    expect(order([instance('ten', { number: 10 }), instance('nine', { number: 9 })])).toEqual([
      'nine',
      'ten',
    ]);
  });

  it('has no order for nothing', () => {
    expect(sortInstances([])).toEqual([]);
  });
});
