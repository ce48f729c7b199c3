/**
 * Stores and deletes objects as fast as it can until it is killed, and says on standard output what was acknowledged:
 * `stored <n>`, `deleting <n>` before and `deleted <n>` after. Arguments: folder, study, seed.
 */
import { createFileArchive } from '@sightline/archive';
import { createInstanceReader } from '../../apps/gateway/src/workers/instance-reader.ts';
import { instanceUid, objectBytes, pseudoRandom, seriesUid } from './objects.ts';

const [folder = '', study = '', seed = '0'] = process.argv.slice(2);
const random = pseudoRandom(Number(seed));
const AT_ONCE = 8;

const archive = await createFileArchive(folder, {
  reader: createInstanceReader(2),
  renderer: { render: unused, animate: unused, decode: unused },
  clock: () => new Date(),
  audit: async () => undefined,
  role: 'server',
});
let next = 0;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (;;) {
      const n = next++;
      const outcome = await archive.store(pieces(objectBytes(study, n)));
      if (outcome.kind === 'refused') throw new Error(`object ${n} was refused: ${outcome.code}`);
      say(`stored ${n}`);
      // The threads have started: from here on a kill finds everything in motion.
      if (n === 0) say('ready');
      if (random() > 0.2) continue;
      say(`deleting ${n}`);
      await archive.delete(
        { study, series: seriesUid(study), instance: instanceUid(study, n) },
        { name: 'kill test' },
      );
      say(`deleted ${n}`);
    }
  }),
);

/** At once: what is only in a buffer when the kill comes was never said. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function unused(): Promise<never> {
  return Promise.reject(new Error('nothing is drawn here'));
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
