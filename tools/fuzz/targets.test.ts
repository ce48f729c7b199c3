import { describe, expect, it } from 'vitest';
import { allTargets, inputOf } from './targets.ts';

const TURNS = 25;

describe.each(allTargets().map((target) => [target.name, target] as const))('%s', (_name, target) => {
  it('takes right inputs', async () => {
    for (const seed of target.seeds.slice(0, 80)) await target.run(seed);
  });

  it('comes to no harm by wrong ones', async () => {
    for (let turn = 0; turn < TURNS; turn += 1) await target.run(inputOf(target, 20261121, turn));
  });

  it('gets the same inputs from the same seed', () => {
    const inputs = (seed: number) => Array.from({ length: 5 }, (_, turn) => inputOf(target, seed, turn));
    expect(inputs(1)).toEqual(inputs(1));
    expect(inputs(1)).not.toEqual(inputs(2));
  });
});
