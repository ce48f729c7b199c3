import { getNumber, getNumbers, Tag, type DicomDataset } from '@sightline/dicom';

export const DEFAULT_FRAMES_PER_SECOND = 15;
const SLOWEST = 1;
const FASTEST = 60;

/**
 * The rate at which a cine plays: what the file recommends for display, else how it was acquired (PS3.3 C.7.6.5), else a
 * default. Rates outside 1 to 60 frames a second are brought inside.
 */
export function framesPerSecond(dataset: DicomDataset): number {
  const rate = [
    getNumber(dataset, Tag.RecommendedDisplayFrameRate),
    perSecond(getNumber(dataset, Tag.FrameTime)),
    perSecond(meanStep(getNumbers(dataset, Tag.FrameTimeVector))),
    getNumber(dataset, Tag.CineRate),
  ].find((candidate) => candidate !== undefined && candidate > 0);
  return Math.min(FASTEST, Math.max(SLOWEST, rate ?? DEFAULT_FRAMES_PER_SECOND));
}

function perSecond(milliseconds: number | undefined): number | undefined {
  return milliseconds !== undefined && milliseconds > 0 ? 1000 / milliseconds : undefined;
}

/** The first value of the vector is the first frame's offset, usually 0, and no step. */
function meanStep(vector: readonly number[]): number | undefined {
  const steps = vector.slice(1);
  return steps.length === 0 ? undefined : steps.reduce((sum, step) => sum + step, 0) / steps.length;
}
