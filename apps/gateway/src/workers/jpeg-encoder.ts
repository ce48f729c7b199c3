import { createRequire } from 'node:module';
import type { Picture8 } from '@sightline/dicom';

const require = createRequire(import.meta.url);

/** The part of the package that is used: libjpeg-turbo's one call, in the calling thread. */
interface JpegTurbo {
  readonly FORMAT_GRAY: number;
  readonly FORMAT_RGB: number;
  readonly SAMP_444: number;
  readonly SAMP_GRAY: number;
  bufferSize(options: { width: number; height: number; subsampling: number }): number;
  compressSync(
    raw: Buffer,
    out: Buffer,
    options: { format: number; width: number; height: number; subsampling: number; quality: number },
  ): Buffer;
}

/** What libjpeg-turbo takes in one direction. */
const LARGEST_SIDE = 65_500;

const turbo = load();
let latestOut = Buffer.alloc(0);

/**
 * JPEG of a picture, made at once and without other threads, at half the cost of the image library's way: colour at full
 * resolution, because in medicine its edges matter, and the tables of the standard.
 *
 * @param quality 1 to 100
 * @returns memory of its own; undefined where this machine has no such encoder, or the picture is too large for JPEG
 */
export function encodeJpeg(picture: Picture8, quality: number): Uint8Array | undefined {
  const { columns: width, rows: height, channels, data } = picture;
  if (!turbo || Math.max(width, height) > LARGEST_SIDE) return undefined;
  const isGrey = channels === 1;
  const shape = { width, height, subsampling: isGrey ? turbo.SAMP_GRAY : turbo.SAMP_444 };
  const most = turbo.bufferSize(shape);
  if (latestOut.length < most) latestOut = Buffer.allocUnsafeSlow(most);
  const format = isGrey ? turbo.FORMAT_GRAY : turbo.FORMAT_RGB;
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(turbo.compressSync(raw, latestOut, { ...shape, format, quality }));
}

/** An optional package of native code: where there is none for this machine, the image library does its work. */
function load(): JpegTurbo | undefined {
  try {
    return require('@julusian/jpeg-turbo') as JpegTurbo; // as its documentation has it
  } catch {
    return undefined;
  }
}
