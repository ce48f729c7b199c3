/**
 * `npm run bench [names]`: our figures as ratios against a limit or a peer measured in the same run on the same machine,
 * because nothing else means anything on another one. Prints a table and, with --json <file>, writes it down.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../e2e/support/gateway.ts';
import { benchArchive } from './archive.ts';
import type { BenchContext, Figure } from './bench.ts';
import { ct300, ctSlice, slicePixels } from './ct-series.ts';
import { benchFirstImage } from './first-image.ts';
import { benchFrames } from './frames.ts';
import { benchMillion } from './million.ts';

/** Each is given a folder of its own for its files. */
const benches: Readonly<Record<string, (folder: string) => Promise<Figure[]>>> = {
  archive: benchArchive,
  million: benchMillion,
  frames: (folder) => onCtSeries(folder, benchFrames),
  'first-image': (folder) => onCtSeries(folder, benchFirstImage),
};

/** Arguments that name benches choose them; none chooses all. */
function chosenBenches(names: readonly string[]): [string, (folder: string) => Promise<Figure[]>][] {
  const unknown = names.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined)
    throw new Error(`There is no such bench; there are ${Object.keys(benches).join(', ')}.`);
  return Object.entries(benches).filter(([name]) => names.length === 0 || names.includes(name));
}

async function onCtSeries(
  folder: string,
  bench: (context: BenchContext) => Promise<Figure[]>,
): Promise<Figure[]> {
  const gateway = await startGateway({ imports: [await writeSeries(folder)] });
  try {
    return await bench({ gateway, framePixels: new Uint8Array(slicePixels(0).buffer), folder });
  } finally {
    await gateway.stop();
  }
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
  console.log('| figure | Sightline | held against | ratio | wanted |');
  console.log('|---|---|---|---|---|');
  for (const figure of figures) {
    const { name, ours, limit, ratio, against = 'limit' } = figure;
    const other = limit === undefined ? '-' : `${limit} (${against})`;
    console.log(`| ${name} | ${ours} | ${other} | ${ratio ?? '-'} | ${wanted(figure)} |`);
  }
}

function wanted({ better, atLeast, atMost }: Figure): string {
  if (atLeast !== undefined) return `ratio >= ${atLeast}`;
  return atMost === undefined ? better : `<= ${atMost}`;
}

async function main(argv: readonly string[]): Promise<void> {
  const jsonAt = argv.indexOf('--json');
  const jsonFile = jsonAt < 0 ? undefined : argv[jsonAt + 1];
  const chosen = chosenBenches(jsonAt < 0 ? argv : argv.toSpliced(jsonAt, 2));
  const folder = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  try {
    const figures: Figure[] = [];
    for (const [name, bench] of chosen) {
      console.error(`bench: ${name}`);
      await mkdir(join(folder, name));
      figures.push(...(await bench(join(folder, name))));
    }
    print(figures);
    if (jsonFile !== undefined) await writeFile(jsonFile, `${JSON.stringify(figures, null, 2)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main(process.argv.slice(2));
