import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { FrameRenderer, RenderJob } from '@sightline/archive';
import type { DicomDataset } from '@sightline/dicom';

/** Before each thread: the start itself and the first requests after it need the cores. */
const PAUSE_MS = 500;
const number = (value: number) => ({ vr: 'US', Value: [value] }) as const;

/** One black pixel. */
const dataset: DicomDataset = {
  '00280002': number(1),
  '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
  '00280010': number(1),
  '00280011': number(1),
  '00280100': number(8),
  '00280101': number(8),
  '00280102': number(7),
  '00280103': number(0),
};

/**
 * Has every thread of a renderer render one pixel, so that the first person to open a study does not wait a second for
 * the decoders to load. One thread after the other. Best effort: whatever goes wrong here will go wrong, and be
 * answered, at a real frame.
 */
export async function warmUp(
  renderer: FrameRenderer,
  threads = availableParallelism(),
  pauseMs = PAUSE_MS,
): Promise<void> {
  const job = (): RenderJob => ({
    bytes: new Uint8Array(1),
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    metadata: new TextEncoder().encode(JSON.stringify(dataset)),
    frame: 0,
    mediaType: 'image/jpeg',
    quality: 50,
  });
  // Threads that are warm take a job each at once, and one more than those begins to load.
  for (let warm = 1; warm <= threads; warm++) {
    await wait(pauseMs, undefined, { ref: false });
    await Promise.allSettled(Array.from({ length: warm }, () => renderer.render(job())));
  }
}
