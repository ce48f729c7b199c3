import type { ByteWindow } from './byte-window.ts';
import type { ByteRange } from './fragments.ts';

/** The JPEG start-of-frame marker tells the process, ITU-T T.81 table B.1 and T.87. */
const jpegProcesses: Readonly<Record<number, string>> = {
  192: '1.2.840.10008.1.2.4.50', // SOF0, baseline
  193: '1.2.840.10008.1.2.4.51', // SOF1, extended sequential
  194: '1.2.840.10008.1.2.4.55', // SOF2, progressive
  195: '1.2.840.10008.1.2.4.57', // SOF3, lossless
  247: '1.2.840.10008.1.2.4.81', // SOF55, JPEG-LS: near-lossless includes lossless
};

export const SNIFFED_BYTES = 64 * 1024;

/**
 * The transfer syntax that a coded frame announces itself, for encapsulated pixel data whose file states a native
 * syntax. Undefined when it is not recognised.
 */
export function sniffPixelCoding(window: ByteWindow, fragment: ByteRange | undefined): string | undefined {
  if (!fragment) return undefined;
  return sniffCoding(window.peek(fragment.offset, Math.min(fragment.length, SNIFFED_BYTES)));
}

/** As above, of the first bytes of a coded frame: `SNIFFED_BYTES` of them, or all that there are. */
export function sniffCoding(head: Uint8Array): string | undefined {
  if (head[0] === 0xff && head[1] === 0xd8) return jpegProcess(head);
  // SOC, then SIZ; a JP2 box starts with its signature.
  const isCodestream = head[0] === 0xff && head[1] === 0x4f;
  if (isCodestream || (head[4] === 0x6a && head[5] === 0x50)) return '1.2.840.10008.1.2.4.91';
  return undefined;
}

function jpegProcess(bytes: Uint8Array): string | undefined {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    const process = jpegProcesses[marker];
    if (process !== undefined || marker === 0xda) return process;
    at += 2 + (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
  }
  return undefined;
}
