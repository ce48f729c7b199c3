import { hostileFiles } from '../../fixtures/hostile/hostile-files.ts';
import { allFixtures, frameTargets, pictureTarget } from './frame-targets.ts';
import { below, chanceOf, mutate, oneOf } from './mutate.ts';
import type { Target } from './target.ts';
import {
  frameIndexTarget,
  jsonTarget,
  mediaTypeTarget,
  multipartTarget,
  part10Target,
  queryTarget,
  xmlTarget,
} from './text-targets.ts';

/** Large ones make a turn slow and find no more. */
const SEED_BYTES_AT_MOST = 64 * 1024;

/** Everything here that reads bytes of strangers. */
export function allTargets(): readonly Target[] {
  const fixtures = allFixtures();
  const files = fixtures.map(({ file }) => file);
  const hostile = [...hostileFiles()].map(({ bytes }) => bytes);
  return [
    part10Target([...files, ...hostile.filter(({ length }) => length <= SEED_BYTES_AT_MOST)]),
    pictureTarget(fixtures),
    ...frameTargets(fixtures),
    multipartTarget,
    queryTarget,
    mediaTypeTarget,
    xmlTarget(files),
    jsonTarget(files),
    frameIndexTarget,
  ];
}

/** The input of one turn: the same for the same target, seed and turn, whatever was run before it. */
export function inputOf({ name, seeds }: Target, seed: number, turn: number): Uint8Array {
  const salt = Buffer.from(name).reduce((sum, byte) => Math.imul(sum, 31) + byte, 7);
  const chance = chanceOf(Math.imul(seed, 0x9e3779b1) ^ Math.imul(turn + 1, 0x85ebca6b) ^ salt);
  const start = oneOf(chance, seeds);
  return mutate(start, chance, seeds[below(chance, seeds.length)] ?? start);
}
