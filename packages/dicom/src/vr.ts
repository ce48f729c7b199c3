import type { Vr } from './dicom-json.ts';

/** How the values of a VR lie in a file, PS3.5 section 6.2. */
export interface VrTraits {
  readonly kind: 'text' | 'number' | 'tags' | 'binary' | 'sequence';
  /** Whether explicit VR gives it a 32-bit length, PS3.5 table 7.1-1. */
  readonly longLength: boolean;
  /** Bytes of one word: the size of one number, and what a change of byte order swaps. */
  readonly wordBytes: 1 | 2 | 4 | 8;
  /** Text: whether a backslash separates values. */
  readonly multiple?: boolean;
  /** Text: whether (0008,0005) Specific Character Set governs it. */
  readonly charset?: boolean;
}

const text = (options?: { multiple?: boolean; charset?: boolean; longLength?: boolean }): VrTraits => ({
  kind: 'text',
  longLength: false,
  wordBytes: 1,
  multiple: true,
  charset: false,
  ...options,
});
const number = (wordBytes: 2 | 4 | 8, longLength = false): VrTraits => ({
  kind: 'number',
  longLength,
  wordBytes,
});
const binary = (wordBytes: 1 | 2 | 4 | 8): VrTraits => ({ kind: 'binary', longLength: true, wordBytes });

export const vrTraits: Readonly<Record<Vr, VrTraits>> = {
  AE: text(),
  AS: text(),
  AT: { kind: 'tags', longLength: false, wordBytes: 2 },
  CS: text(),
  DA: text(),
  DS: text(),
  DT: text(),
  FD: number(8),
  FL: number(4),
  IS: text(),
  LO: text({ charset: true }),
  LT: text({ charset: true, multiple: false }),
  OB: binary(1),
  OD: binary(8),
  OF: binary(4),
  OL: binary(4),
  OV: binary(8),
  OW: binary(2),
  PN: text({ charset: true }),
  SH: text({ charset: true }),
  SL: number(4),
  SQ: { kind: 'sequence', longLength: true, wordBytes: 1 },
  SS: number(2),
  ST: text({ charset: true, multiple: false }),
  SV: number(8, true),
  TM: text(),
  UC: text({ charset: true, longLength: true }),
  UI: text(),
  UL: number(4),
  UN: binary(1),
  UR: text({ multiple: false, longLength: true }),
  US: number(2),
  UT: text({ charset: true, multiple: false, longLength: true }),
  UV: number(8, true),
};

/** Whether two letters found in a file are a VR of PS3.5. */
export function isVr(letters: string): letters is Vr {
  return Object.hasOwn(vrTraits, letters);
}
