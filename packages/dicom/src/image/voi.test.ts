import { describe, expect, it } from 'vitest';
import { isWindow, type VoiFunction, type VoiWindow, voiCurve } from './voi.ts';

const window = (curve: VoiFunction, center: number, width: number): VoiWindow => ({
  kind: 'window',
  function: curve,
  center,
  width,
  origin: 'file',
});

describe('voiCurve', () => {
  it('follows the worked examples of PS3.3 C.11.2.1.2.1 for LINEAR', () => {
    // "c=2048, w=4096: 0 becomes the minimum, 4095 the maximum"
    const full = voiCurve(window('LINEAR', 2048, 4096));
    expect([full(0), full(4095)]).toEqual([0, 1]);
    expect(full(1)).toBeCloseTo(1 / 4095, 12);
    // "c=2048, w=1: 2047 becomes the minimum, 2048 the maximum"
    const step = voiCurve(window('LINEAR', 2048, 1));
    expect([step(2047), step(2048)]).toEqual([0, 1]);
    // "c=0, w=100: -50 the minimum, 49 the maximum"; "c=0, w=1: -1 and 0"
    const around = voiCurve(window('LINEAR', 0, 100));
    expect([around(-50), around(49)]).toEqual([0, 1]);
    expect([-1, 0].map(voiCurve(window('LINEAR', 0, 1)))).toEqual([0, 1]);
  });

  it('maps LINEAR_EXACT over exactly the width', () => {
    const curve = voiCurve(window('LINEAR_EXACT', 0.5, 1));
    expect([0, 0.25, 0.5, 1, 1.5].map(curve)).toEqual([0, 0.25, 0.5, 1, 1]);
  });

  it('maps SIGMOID without clipping', () => {
    const curve = voiCurve(window('SIGMOID', 100, 50));
    expect(curve(100)).toBe(0.5);
    expect(curve(125)).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
    expect(curve(-1000)).toBeGreaterThan(0);
  });

  it('spans a lookup table over its own bits and holds its ends', () => {
    const lut = { firstMapped: 10, entries: Uint16Array.of(0, 1023, 4095), bits: 12 };
    const curve = voiCurve({ kind: 'lut', lut });
    expect([-5, 10, 12, 99].map(curve)).toEqual([0, 0, 1, 1]);
    expect(curve(11)).toBeCloseTo(1023 / 4095, 12);
  });
});

describe('isWindow', () => {
  it('wants at least 1 of LINEAR and more than 0 of the others', () => {
    expect(isWindow(window('LINEAR', 0, 0.5))).toBe(false);
    expect(isWindow(window('LINEAR_EXACT', 0, 0.5))).toBe(true);
    expect(isWindow(window('SIGMOID', 0, 0))).toBe(false);
    expect(isWindow(window('LINEAR', Number.NaN, 10))).toBe(false);
  });
});
