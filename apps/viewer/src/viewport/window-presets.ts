import type { VoiChoice, VoiWindow } from '@sightline/dicom';

export interface WindowPreset {
  readonly label: string;
  readonly center: number;
  readonly width: number;
}

/** Keys 1 to 9. Only where values have a meaning of their own, Hounsfield units, do fixed windows make sense. */
const presetsByModality: Readonly<Record<string, readonly WindowPreset[]>> = {
  CT: [
    { label: 'Soft tissue', center: 40, width: 400 },
    { label: 'Lung', center: -600, width: 1500 },
    { label: 'Bone', center: 480, width: 2500 },
    { label: 'Brain', center: 40, width: 80 },
    { label: 'Subdural', center: 75, width: 215 },
    { label: 'Stroke', center: 40, width: 40 },
    { label: 'Mediastinum', center: 50, width: 350 },
    { label: 'Liver', center: 80, width: 150 },
    { label: 'Angiography', center: 300, width: 600 },
  ],
};

export function windowPresets(modality: string): readonly WindowPreset[] {
  return presetsByModality[modality] ?? [];
}

/** A choice offered under a number key: a fixed preset, or what the file itself offers where there are none. */
export type VoiOffer = { readonly label: string; readonly voi: VoiChoice };

export function voiOffers(
  modality: string,
  fromFile: readonly VoiChoice[],
  fileLabel: (number: number) => string,
): readonly VoiOffer[] {
  const presets = windowPresets(modality);
  if (presets.length > 0) {
    return presets.map(({ label, center, width }) => ({
      label,
      voi: { kind: 'window', center, width, function: 'LINEAR', explanation: label, origin: 'user' },
    }));
  }
  return fromFile.map((voi, index) => ({ label: voi.explanation ?? fileLabel(index + 1), voi }));
}

/** Width at full drag across a viewport: from a twentieth to twenty times, in steps that feel the same at any width. */
const DRAG_PIXELS_PER_DOUBLING = 160;
const SMALLEST_WIDTH = 1;

/**
 * The window after a drag: rightwards widens, downwards raises the centre (darker), by CSS pixels. Starts from whatever is
 * shown; a lookup table is left behind for a window over its input range.
 */
export function dragWindow(from: VoiChoice, dx: number, dy: number): VoiWindow {
  const start = asWindow(from);
  const width = Math.max(SMALLEST_WIDTH, start.width * 2 ** (dx / DRAG_PIXELS_PER_DOUBLING));
  const center = start.center + (dy * Math.max(start.width, SMALLEST_WIDTH)) / (2 * DRAG_PIXELS_PER_DOUBLING);
  return { kind: 'window', center, width, function: start.function, origin: 'user' };
}

function asWindow(voi: VoiChoice): VoiWindow {
  if (voi.kind === 'window') return voi;
  const width = voi.lut.entries.length;
  return {
    kind: 'window',
    center: voi.lut.firstMapped + width / 2,
    width,
    function: 'LINEAR',
    origin: 'user',
  };
}
