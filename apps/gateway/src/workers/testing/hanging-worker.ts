import type { RenderWorkerJob } from '../render-job.ts';
import { serveJobs } from '../worker-protocol.ts';

/** The first byte of a frame with which this decoder never ends. */
const HANGS = 0xee;

/** A decoder as a crafted stream would have it: it never comes back from one frame, and does the others. */
serveJobs<RenderWorkerJob, Uint8Array>(({ job }) => {
  if ('bytes' in job && job.bytes[0] === HANGS) for (;;);
  return { answer: 'bytes' in job ? job.bytes : new Uint8Array(0) };
});
