import { isVr } from '../vr.ts';
import type { ByteWindow } from './byte-window.ts';

/** How the elements at one place of a file are coded. */
export interface Encoding {
  readonly isExplicit: boolean;
  readonly bigEndian: boolean;
}

/**
 * Looks at the first element at `at`. The byte order is the one that gives the smaller group number (data sets start
 * with a low group, such as 0008; its two bytes swapped are a high one); explicit VR has letters after the tag.
 * Undefined when fewer than 8 bytes are there.
 */
export function guessEncoding(window: ByteWindow, at: number): Encoding | undefined {
  const head = window.peek(at, 8);
  const [low, high, , , vr1, vr2] = head;
  if (head.length < 8 || low === undefined || high === undefined) return undefined;
  const letters = String.fromCharCode(vr1 ?? 0, vr2 ?? 0);
  return { isExplicit: isVr(letters), bigEndian: low === 0 && high > 0 };
}

/**
 * Whether the bytes at the start of a file without preamble look like a data set at all: a group of at most 0010,
 * and a first value of a length that such an element can have. A text or picture file does not pass.
 */
export function looksLikeDataSet(window: ByteWindow, at: number): boolean {
  const encoding = guessEncoding(window, at);
  if (!encoding) return false;
  const [a = 0, b = 0, c = 0, d = 0] = window.peek(at, 4);
  const group = encoding.bigEndian ? a * 256 + b : b * 256 + a;
  const element = encoding.bigEndian ? c * 256 + d : d * 256 + c;
  if (![0x0002, 0x0004, 0x0008, 0x0010].includes(group) || element > 0x2000) return false;
  if (encoding.isExplicit) return true;
  const length = window.peek(at + 4, 4);
  const [l0 = 0, l1 = 0, l2 = 0, l3 = 0] = encoding.bigEndian ? [...length].reverse() : length;
  return l0 + l1 * 256 <= 1024 && l2 === 0 && l3 === 0;
}
