import type { ParseAnswer, ParseJob } from '../parse-worker.ts';
import { serveJobs } from '../worker-protocol.ts';

/** A reader that does not survive any file: it never comes back from a short one, and ends with a longer one. */
serveJobs<ParseJob, ParseAnswer>((job) => {
  if (job.kind === 'take' && job.size < 200) for (;;);
  process.exit(3);
});
