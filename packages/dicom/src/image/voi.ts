import { type LookupTable, lookUp } from './lookup-table.ts';

export type VoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/** A window of PS3.3 C.11.2.1.2 and C.11.2.1.3, in output units of the modality LUT. */
export interface VoiWindow {
  readonly kind: 'window';
  readonly center: number;
  /** At least 1 for LINEAR, above 0 for the others. */
  readonly width: number;
  readonly function: VoiFunction;
  readonly explanation?: string;
  /** 'pixels': the file has none, and this one spans the smallest to the largest value of the frame. */
  readonly origin: 'file' | 'pixels' | 'user';
}

/** An item of the VOI LUT Sequence. */
export interface VoiLut {
  readonly kind: 'lut';
  readonly lut: LookupTable;
  readonly explanation?: string;
}

export type VoiChoice = VoiWindow | VoiLut;

/** Maps an output of the modality LUT to 0 (least intensity) ... 1 (most). Not yet inverted, not yet quantised. */
export function voiCurve(voi: VoiChoice): (value: number) => number {
  if (voi.kind === 'lut') {
    const most = 2 ** voi.lut.bits - 1;
    return (value) => lookUp(voi.lut, value) / most;
  }
  return windowCurve(voi);
}

/** True where the window's width is one that its function is defined for. */
export function isWindow(window: Pick<VoiWindow, 'center' | 'width' | 'function'>): boolean {
  const least = window.function === 'LINEAR' ? window.width >= 1 : window.width > 0;
  return least && Number.isFinite(window.center) && Number.isFinite(window.width);
}

function windowCurve({ center, width, function: curve }: VoiWindow): (value: number) => number {
  if (curve === 'SIGMOID') return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  const [middle, span] = curve === 'LINEAR' ? [center - 0.5, width - 1] : [center, width];
  const low = middle - span / 2;
  const high = middle + span / 2;
  // Both comparisons are the standard's: at a width of 1 a LINEAR window is a step and the division never runs.
  return (value) => (value <= low ? 0 : value > high ? 1 : (value - middle) / span + 0.5);
}
