import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeGreyGif } from './grey-gif.ts';

/** libvips reads what we wrote; grey comes back in three or four equal channels. */
async function read(gif: Uint8Array, page = 0): Promise<number[]> {
  const { data, info } = await sharp(gif, { page }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return Array.from({ length: info.width * info.height }, (_, at) => data[at * info.channels]!);
}

const picture = (size: number, level: (at: number) => number): Uint8Array =>
  Uint8Array.from({ length: size * size }, (_, at) => level(at) & 0xff);

describe('a grey GIF', () => {
  it.each([
    ['one pixel', 1, () => 200],
    ['one level', 300, () => 7],
    ['every level', 16, (at: number) => at],
    ['what repeats', 128, (at: number) => at % 5],
    // Fills the table of codes many times over.
    ['noise', 256, (at: number) => Math.imul(at + 1, 2654435761) >>> 13],
  ])('keeps %s exactly', async (_what, size, level) => {
    const frame = picture(size, level);
    const gif = encodeGreyGif({ width: size, height: size, frames: [frame], frameTime: 0 });
    expect(await read(gif)).toEqual([...frame]);
  });

  it('keeps every length of code at its edge', async () => {
    // One size after the other: the last code of a picture falls on each place where codes grow.
    for (let size = 14; size < 80; size += 1) {
      const frame = picture(size, (at) => Math.imul(at + size, 40503) >>> 7);
      const gif = encodeGreyGif({ width: size, height: size, frames: [frame], frameTime: 0 });
      expect(Buffer.from(await read(gif)).equals(Buffer.from(frame)), `${size} pixels`).toBe(true);
    }
  });

  it('moves through its frames', async () => {
    const frames = [picture(20, (at) => at), picture(20, (at) => 255 - at)];
    const gif = encodeGreyGif({ width: 20, height: 20, frames, frameTime: 120 });
    const { pages, delay, loop } = await sharp(gif, { animated: true }).metadata();
    expect([pages, delay, loop]).toEqual([2, [120, 120], 0]);
    expect(await read(gif, 1)).toEqual([...frames[1]!]);
  });
});
