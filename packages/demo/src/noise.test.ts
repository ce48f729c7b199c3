import { expect, test } from 'vitest';
import { createNoise3, createNoiseTile } from './noise.ts';

test('noise in space is the same for the same seed and stays within -1 to 1', () => {
  const [a, b, c] = [createNoise3(3), createNoise3(3), createNoise3(4)];
  let differs = false;
  for (let i = 0; i < 500; i++) {
    const point = [i * 0.37, -i * 1.1, i * 0.05] as const;
    expect(a(...point)).toBe(b(...point));
    expect(Math.abs(a(...point))).toBeLessThanOrEqual(1);
    differs ||= a(...point) !== c(...point);
  }
  expect(differs).toBe(true);
});

test('noise in space has no steps', () => {
  const noise = createNoise3(9);
  for (let x = -3; x < 3; x += 0.001)
    expect(Math.abs(noise(x + 0.001, 0.5, 0.5) - noise(x, 0.5, 0.5))).toBeLessThan(0.01);
});

test('a tile has mean 0 and deviation 1 however often it is smoothed', () => {
  for (const blur of [0, 2]) {
    const tile = createNoiseTile(1, 128, blur);
    const mean = tile.reduce((sum, value) => sum + value, 0) / tile.length;
    const power = tile.reduce((sum, value) => sum + value * value, 0) / tile.length;
    expect(Math.abs(mean)).toBeLessThan(0.05);
    expect(power).toBeCloseTo(1, 3);
  }
});
