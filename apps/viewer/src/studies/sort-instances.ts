import { getNumber, getNumbers, Tag } from '@sightline/dicom';
import type { Instance } from './instance.ts';

/** Direction cosines that differ by less belong to the same orientation. */
const SAME_DIRECTION = 1e-3;
/** Millimetres below which two images count as being at one place. */
const SAME_PLACE_MM = 1e-3;

/**
 * The order of a stack. Parallel slices at distinct places go along their normal, in the direction in which Instance
 * Number rises; anything else (several time points, mixed planes, no positions) goes by Instance Number. Instances without
 * a number come last, in the order in which the archive gave them.
 */
export function sortInstances(instances: readonly Instance[]): readonly Instance[] {
  const byNumber = [...instances].sort((a, b) => instanceNumber(a) - instanceNumber(b) || 0);
  const places = placesAlongNormal(byNumber);
  if (!places) return byNumber;
  const ascending = [...byNumber].sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  const [first] = ascending;
  const last = ascending.at(-1);
  return first && last && instanceNumber(first) > instanceNumber(last) ? ascending.reverse() : ascending;
}

/** A large finite number, so that differences between two missing ones are 0 and not NaN. */
const LAST = Number.MAX_SAFE_INTEGER;

function instanceNumber(instance: Instance): number {
  return getNumber(instance.dataset, Tag.InstanceNumber) ?? LAST;
}

function placesAlongNormal(instances: readonly Instance[]): ReadonlyMap<Instance, number> | undefined {
  const [first] = instances;
  const orientation = first && getNumbers(first.dataset, Tag.ImageOrientationPatient);
  const normal = orientation && normalOf(orientation);
  if (!normal) return undefined;
  const places = new Map<Instance, number>();
  for (const instance of instances) {
    const own = getNumbers(instance.dataset, Tag.ImageOrientationPatient);
    const position = getNumbers(instance.dataset, Tag.ImagePositionPatient);
    const isParallel =
      own.length === 6 && own.every((value, i) => Math.abs(value - (orientation[i] ?? 0)) < SAME_DIRECTION);
    if (position.length !== 3 || !isParallel) return undefined;
    places.set(instance, dot(position, normal));
  }
  const sorted = [...places.values()].sort((a, b) => a - b);
  const isDistinct = sorted.every((place, i) => i === 0 || place - (sorted[i - 1] ?? 0) > SAME_PLACE_MM);
  return isDistinct ? places : undefined;
}

/** The normal of a plane given by its row and column direction cosines (PS3.3 C.7.6.2.1.1). */
export function normalOf(orientation: readonly number[]): readonly [number, number, number] | undefined {
  const [rx, ry, rz, cx, cy, cz] = orientation;
  if (rx === undefined || ry === undefined || rz === undefined) return undefined;
  if (cx === undefined || cy === undefined || cz === undefined) return undefined;
  return [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
