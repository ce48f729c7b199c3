import { describe, expect, it } from 'vitest';
import { colorDataset, cs, ds, imageDataset, ow, sq, us } from '../test-support/image-dataset.ts';
import type { FramePixels } from './frame-pixels.ts';
import * as Tag from './image-tags.ts';
import { render8 } from './render8.ts';

const refused = expect.objectContaining({ code: 'bad_image_attributes' });

const grey = (
  data: FramePixels['data'],
  name: 'MONOCHROME1' | 'MONOCHROME2' = 'MONOCHROME2',
): FramePixels => ({
  columns: data.length,
  rows: 1,
  samplesPerPixel: 1,
  photometricInterpretation: name,
  data,
});
const color = (data: FramePixels['data'], name: 'RGB' | 'YBR_FULL'): FramePixels => ({
  columns: data.length / 3,
  rows: 1,
  samplesPerPixel: 3,
  photometricInterpretation: name,
  data,
});

describe('render8 of grey', () => {
  it('uses the first window of the file, or the one it is given', () => {
    const image = imageDataset({ [Tag.WindowCenter]: ds(100, 1), [Tag.WindowWidth]: ds(1, 1) });
    const pixels = grey(Uint16Array.of(0, 99, 100, 4095));
    expect([...render8(pixels, image, 1).data]).toEqual([0, 0, 255, 255]);
    const voi = { kind: 'window', function: 'LINEAR', center: 2048, width: 4096, origin: 'user' } as const;
    expect([...render8(pixels, image, 1, { voi }).data]).toEqual([0, 6, 6, 255]);
  });

  it('spans the pixels where the file has no window, without its padding', () => {
    const image = imageDataset({ [Tag.PixelPaddingValue]: us(4000) });
    expect([...render8(grey(Uint16Array.of(4000, 10, 20)), image, 1).data]).toEqual([0, 0, 255]);
  });

  it('draws 32-bit and floating point pixels value by value', () => {
    const deep = { [Tag.BitsAllocated]: us(32), [Tag.BitsStored]: us(32), [Tag.HighBit]: us(31) };
    const large = grey(Uint32Array.of(0, 2 ** 31, 2 ** 32 - 1));
    expect([...render8(large, imageDataset(deep), 1).data]).toEqual([0, 128, 255]);
    const float = imageDataset({ [Tag.BitsAllocated]: us(32), [Tag.BitsStored]: us() });
    expect([...render8(grey(Float32Array.of(-1, 0, Number.NaN, 1)), float, 1).data]).toEqual([
      0, 128, 0, 255,
    ]);
  });

  it('draws one bit as black and white', () => {
    const bit = imageDataset({ [Tag.BitsAllocated]: us(1), [Tag.BitsStored]: us(1), [Tag.HighBit]: us(0) });
    expect([...render8(grey(Uint8Array.of(0, 1)), bit, 1).data]).toEqual([0, 255]);
  });

  it('draws MONOCHROME1 with its smallest value white', () => {
    const image = imageDataset({ [Tag.PhotometricInterpretation]: cs('MONOCHROME1') });
    expect([...render8(grey(Uint16Array.of(0, 4095), 'MONOCHROME1'), image, 1).data]).toEqual([255, 0]);
  });

  it('goes through a modality table and a VOI table, each by its own range', () => {
    const image = imageDataset({
      [Tag.ModalityLUTSequence]: sq({
        [Tag.LUTDescriptor]: us(2, 0, 16),
        [Tag.LUTData]: ow([100, 0, 101, 0]),
      }),
      [Tag.VOILUTSequence]: sq({ [Tag.LUTDescriptor]: us(2, 100, 10), [Tag.LUTData]: ow([0, 0, 0xff, 3]) }),
    });
    expect([...render8(grey(Uint16Array.of(0, 1)), image, 1).data]).toEqual([0, 255]);
  });
});

describe('render8 of colour', () => {
  it('gives 8-bit RGB back as it is, and scales deeper samples', () => {
    const rgb = color(Uint8Array.of(1, 2, 3), 'RGB');
    expect([...render8(rgb, colorDataset('RGB'), 1).data]).toEqual([1, 2, 3]);
    const deep = { [Tag.BitsAllocated]: us(16), [Tag.BitsStored]: us(16), [Tag.HighBit]: us(15) };
    const wide = color(Uint16Array.of(0, 32896, 65535), 'RGB');
    expect([...render8(wide, colorDataset('RGB', deep), 1).data]).toEqual([0, 128, 255]);
  });

  it('never applies a window to colour', () => {
    const windowed = colorDataset('RGB', { [Tag.WindowCenter]: ds(1), [Tag.WindowWidth]: ds(1) });
    expect([...render8(color(Uint8Array.of(9, 9, 9), 'RGB'), windowed, 1).data]).toEqual([9, 9, 9]);
  });

  it('turns YBR_FULL into RGB by the matrix of PS3.3 C.7.6.3.1.2', () => {
    const samples = [76, 85, 255, 150, 44, 21, 29, 255, 107, 255, 128, 128, 0, 128, 128];
    const picture = render8(color(Uint8Array.from(samples), 'YBR_FULL'), colorDataset('YBR_FULL'), 1);
    expect([...picture.data]).toEqual([254, 0, 0, 0, 255, 1, 0, 0, 254, 255, 255, 255, 0, 0, 0]);
  });

  it('looks palettes up and holds their ends', () => {
    const table = ow([10, 0, 20, 0]);
    const palette = imageDataset({
      [Tag.PhotometricInterpretation]: cs('PALETTE COLOR'),
      [Tag.RedPaletteColorLookupTableDescriptor]: us(2, 1, 16),
      [Tag.GreenPaletteColorLookupTableDescriptor]: us(2, 1, 16),
      [Tag.BluePaletteColorLookupTableDescriptor]: us(2, 1, 16),
      [Tag.RedPaletteColorLookupTableData]: table,
      [Tag.GreenPaletteColorLookupTableData]: ow([0, 0, 0, 0]),
      [Tag.BluePaletteColorLookupTableData]: table,
    });
    const pixels: FramePixels = {
      ...grey(Uint8Array.of(0, 1, 2, 9)),
      photometricInterpretation: 'PALETTE COLOR',
    };
    expect([...render8(pixels, palette, 1).data]).toEqual([10, 0, 10, 10, 0, 10, 20, 0, 20, 20, 0, 20]);
    const bare = imageDataset({ [Tag.PhotometricInterpretation]: cs('PALETTE COLOR') });
    expect(() => render8(pixels, bare, 1)).toThrow(refused);
  });
});
