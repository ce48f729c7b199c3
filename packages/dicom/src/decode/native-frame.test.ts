import { describe, expect, it } from 'vitest';
import { describeImage } from '../image/image-description.ts';
import * as Tag from '../image/image-tags.ts';
import { imageDataset, us } from '../test-support/image-dataset.ts';
import { decodeNative } from './native-frame.ts';

const description = describeImage(
  imageDataset({
    [Tag.Columns]: us(2),
    [Tag.Rows]: us(1),
    [Tag.BitsAllocated]: us(16),
    [Tag.BitsStored]: us(12),
    [Tag.HighBit]: us(11),
    [Tag.PixelRepresentation]: us(0),
  }),
);
/** Two cells with something of another in their unused bits, which is dropped. */
const cells = [0x34, 0xf2, 0x78, 0xf6];
const values = Uint16Array.of(0x234, 0x678);

describe('decodeNative', () => {
  it('leaves bytes alone that are not given away', () => {
    const bytes = Uint8Array.from(cells);
    expect(decodeNative(bytes, description).data).toEqual(values);
    expect([...bytes]).toEqual(cells);
  });

  it('makes the frame of bytes that are given away, and of no byte beside them', () => {
    const memory = Uint8Array.from([1, 2, ...cells, 3, 4]);
    const { data } = decodeNative(memory.subarray(2), description, false, true);
    expect(data).toEqual(values);
    expect(data.buffer).toBe(memory.buffer);
    expect([memory[0], memory[1], memory[6], memory[7]]).toEqual([1, 2, 3, 4]);
  });

  it('copies them where numbers cannot begin there', () => {
    const memory = Uint8Array.from([1, ...cells]);
    expect(decodeNative(memory.subarray(1), description, false, true).data).toEqual(values);
    expect([...memory]).toEqual([1, ...cells]);
  });
});
