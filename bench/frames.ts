import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ct300, sliceUid } from './ct-series.ts';
import { requestsPerSecond } from './load.ts';
import { median, round } from './statistics.ts';
import type { BenchContext, Figure } from './bench.ts';

const ROUNDS = 3;
const SECONDS = 3;

/** Single uncompressed frames a second, archive against a bare Node server that sends one body of the same size. */
export async function benchFrames({ gateway, framePixels, folder }: BenchContext): Promise<Figure[]> {
  const bare = await startBareServer(join(folder, 'frame.raw'), framePixels);
  const headers = {
    accept: 'application/octet-stream; transfer-syntax=*',
    authorization: `Bearer ${gateway.apiKey}`,
  };
  const series = `${gateway.url}/dicom-web/studies/${ct300.studyInstanceUid}/series/${ct300.seriesInstanceUid}`;
  const frameUrl = (request: number): string =>
    `${series}/instances/${sliceUid(request % ct300.slices)}/frames/1`;
  try {
    const figures: Figure[] = [];
    for (const clients of [1, 6]) {
      // Alternating rounds, so that a machine that slows down slows both.
      const ours: number[] = [];
      const limit: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        ours.push(await requestsPerSecond({ url: frameUrl, headers, clients, seconds: SECONDS }));
        limit.push(
          await requestsPerSecond({ url: () => `${bare.url}/frame`, headers, clients, seconds: SECONDS }),
        );
      }
      figures.push({
        name: `frames a second, ${clients} ${clients === 1 ? 'client' : 'clients'}`,
        ours: round(median(ours), 0),
        limit: round(median(limit), 0),
        ratio: round(median(ours) / median(limit), 2),
        against: 'bare Node',
        better: 'higher',
        ...(clients === 6 && { atLeast: 0.8 }),
      });
    }
    return figures;
  } finally {
    await bare.stop();
  }
}

export interface BareServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts bench/bare-server.ts as a process of its own. */
export async function startBareServer(bodyFile: string, body: Uint8Array): Promise<BareServer> {
  await writeFile(bodyFile, body);
  const program = fileURLToPath(new URL('bare-server.ts', import.meta.url));
  const child = spawn(process.execPath, [program, bodyFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url } = JSON.parse(String(line)) as { url: string }; // bare-server.ts prints exactly this
  return {
    url,
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}
