/**
 * `npm run bench`: our figures as ratios against a limit measured in the same run on the same machine, because nothing
 * else means anything on another one. Prints a table and, with --json <file>, writes it down.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../e2e/support/gateway.ts';
import type { BenchContext, Figure } from './bench.ts';
import { ct300, ctSlice, slicePixels } from './ct-series.ts';
import { benchFirstImage } from './first-image.ts';
import { benchFrames } from './frames.ts';

const benches: Readonly<Record<string, (context: BenchContext) => Promise<Figure[]>>> = {
  frames: benchFrames,
  'first-image': benchFirstImage,
};

/** Arguments that name benches choose them; none chooses all. */
function chosenBenches(names: readonly string[]): [string, (context: BenchContext) => Promise<Figure[]>][] {
  const unknown = names.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined)
    throw new Error(`There is no such bench; there are ${Object.keys(benches).join(', ')}.`);
  return Object.entries(benches).filter(([name]) => names.length === 0 || names.includes(name));
}

async function writeSeries(folder: string): Promise<string> {
  const series = join(folder, 'ct300');
  await mkdir(series);
  for (let slice = 0; slice < ct300.slices; slice++) {
    await writeFile(join(series, `${slice}.dcm`), ctSlice(slice));
  }
  return series;
}

function print(figures: readonly Figure[]): void {
  console.log('| figure | Sightline | limit | ratio | better |');
  console.log('|---|---|---|---|---|');
  for (const { name, ours, limit, ratio, better } of figures) {
    console.log(`| ${name} | ${ours} | ${limit} | ${ratio} | ${better} |`);
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const jsonAt = argv.indexOf('--json');
  const jsonFile = jsonAt < 0 ? undefined : argv[jsonAt + 1];
  const chosen = chosenBenches(jsonAt < 0 ? argv : argv.toSpliced(jsonAt, 2));
  const folder = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  try {
    const gateway = await startGateway({ imports: [await writeSeries(folder)] });
    try {
      const framePixels = new Uint8Array(slicePixels(0).buffer);
      const figures: Figure[] = [];
      for (const [name, bench] of chosen) {
        console.error(`bench: ${name}`);
        figures.push(...(await bench({ gateway, framePixels, folder })));
      }
      print(figures);
      if (jsonFile !== undefined) await writeFile(jsonFile, `${JSON.stringify(figures, null, 2)}\n`);
    } finally {
      await gateway.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main(process.argv.slice(2));
