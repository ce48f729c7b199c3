import { DicomError } from '../dicom-error.ts';
import type { Vr } from '../dicom-json.ts';
import { isVr, vrTraits } from '../vr.ts';
import type { ByteWindow } from './byte-window.ts';
import { UNDEFINED_LENGTH } from './delimiters.ts';

/** The head of one element: what stands before its value. */
export interface ElementHeader {
  readonly tag: number;
  /** Absent in implicit VR; UN for letters that are no VR of PS3.5. */
  readonly vr: Vr | undefined;
  readonly length: number;
  /** Where the value starts. */
  readonly value: number;
  readonly quirk?: 'implicitElement' | 'unknownVr';
}

/** PS3.5 7.1.2 (explicit) and 7.1.3 (implicit). `end`: where the data set or item ends at the latest. */
export function readHeader(window: ByteWindow, at: number, isExplicit: boolean, end: number): ElementHeader {
  const tag = window.tag(at);
  if (!isExplicit || tag >>> 16 === 0xfffe) return implicitHeader(window, at, tag);
  const letters = window.letters(at + 4);
  if (!isVr(letters)) return oddHeader(window, at, tag, end);
  if (vrTraits[letters].longLength) return longHeader(window, at, tag, letters);
  return { tag, vr: letters, length: window.uint16(at + 6), value: at + 8 };
}

function implicitHeader(window: ByteWindow, at: number, tag: number): ElementHeader {
  return { tag, vr: undefined, length: window.uint32(at + 4), value: at + 8 };
}

function longHeader(window: ByteWindow, at: number, tag: number, vr: Vr): ElementHeader {
  return { tag, vr, length: window.uint32(at + 8), value: at + 12 };
}

/** Letters that are no VR: a VR of a later edition (those have 32-bit lengths), or an element in implicit VR. */
function oddHeader(window: ByteWindow, at: number, tag: number, end: number): ElementHeader {
  const fits = ({ length, value }: ElementHeader) => length === UNDEFINED_LENGTH || value + length <= end;
  const short: ElementHeader = {
    tag,
    vr: 'UN',
    length: window.uint16(at + 6),
    value: at + 8,
    quirk: 'unknownVr',
  };
  const candidates: ElementHeader[] = /^[A-Z]{2}$/.test(window.letters(at + 4))
    ? [
        ...(at + 12 <= end ? [{ ...longHeader(window, at, tag, 'UN'), quirk: 'unknownVr' as const }] : []),
        short,
      ]
    : [{ ...implicitHeader(window, at, tag), quirk: 'implicitElement' }, short];
  const header = candidates.find(fits);
  if (header === undefined) throw new DicomError('malformed');
  return header;
}
