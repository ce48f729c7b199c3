import type { VoiChoice } from '@sightline/dicom';
import { describe, expect, it } from 'vitest';
import { dragWindow, voiOffers } from './window-presets.ts';

const window: VoiChoice = { kind: 'window', center: 40, width: 400, function: 'SIGMOID', origin: 'file' };
const lut: VoiChoice = {
  kind: 'lut',
  lut: { firstMapped: 100, entries: new Uint16Array(1000), bits: 12 },
  explanation: 'NORMAL',
};
const label = (number: number) => `Window ${number}`;

describe('dragWindow', () => {
  it('widens to the right and raises the centre downwards, keeping the function', () => {
    expect(dragWindow(window, 160, 0)).toMatchObject({ center: 40, width: 800, function: 'SIGMOID' });
    expect(dragWindow(window, 0, 32)).toMatchObject({ center: 80, width: 400 });
  });

  it('never narrows below one value', () => {
    expect(dragWindow(window, -1e6, 0).width).toBe(1);
  });

  it('leaves a lookup table for a window over its inputs', () => {
    expect(dragWindow(lut, 0, 0)).toMatchObject({ center: 600, width: 1000, origin: 'user' });
  });
});

describe('voiOffers', () => {
  it('offers nine windows for CT, whatever the file has', () => {
    expect(voiOffers('CT', [window], label)).toHaveLength(9);
  });

  it('offers what the file has for anything else, by its own words where there are any', () => {
    expect(voiOffers('MR', [window, lut], label).map((offer) => offer.label)).toEqual(['Window 1', 'NORMAL']);
  });

  it('offers nothing where there is nothing', () => {
    expect(voiOffers('US', [], label)).toEqual([]);
  });
});
