import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../e2e/support/browser.ts';
import { createLaunch } from '../e2e/support/launch.ts';
import type { BenchContext, Figure } from './bench.ts';
import { ct300 } from './ct-series.ts';
import { startBareServer } from './frames.ts';
import { median, round } from './statistics.ts';

const RUNS = 7;
const MARKS = [
  'sightline:preview',
  'sightline:first-image',
  'sightline:interactive',
  'sightline:stack-complete',
] as const;
const VIEWPORT = { width: 1600, height: 900 };

/**
 * From the click on a launch link, redirect included, to the marks of the viewer, in a browser that has seen nothing
 * before; against the time that a bare page needs to fetch one frame and draw it.
 */
export async function benchFirstImage({ gateway, framePixels, folder }: BenchContext): Promise<Figure[]> {
  const bare = await startBareServer(join(folder, 'first.raw'), framePixels);
  const marks = new Map<string, number[]>(MARKS.map((name) => [name, []]));
  const limit: number[] = [];
  try {
    for (let run = 0; run < RUNS; run++) {
      limit.push(
        await inFreshBrowser((browser) =>
          timeOf(browser, bare.url, ['drawn']).then((times) => times[0] ?? 0),
        ),
      );
      const viewerUrl = await createLaunch(gateway, ct300.studyInstanceUid);
      const times = await inFreshBrowser((browser) => timeOf(browser, viewerUrl, MARKS));
      MARKS.forEach((name, index) => marks.get(name)?.push(times[index] ?? 0));
    }
  } finally {
    await bare.stop();
  }
  return MARKS.map((name) => {
    const ours = median(marks.get(name) ?? []);
    return {
      name: `click to ${name} (ms)`,
      ours: round(ours, 0),
      limit: round(median(limit), 0),
      ratio: round(ours / median(limit), 2),
      against: 'bare page',
      better: 'lower',
    };
  });
}

async function inFreshBrowser<T>(work: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await launchBrowser();
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** Opens the page and waits for its performance marks; milliseconds from the start of the navigation. */
async function timeOf(browser: Browser, url: string, names: readonly string[]): Promise<number[]> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction(
    (wanted) => wanted.every((name) => performance.getEntriesByName(name, 'mark').length > 0),
    names,
    { timeout: 120_000, polling: 50 },
  );
  return page.evaluate(
    (wanted) => wanted.map((name) => performance.getEntriesByName(name, 'mark')[0]?.startTime ?? Number.NaN),
    names,
  );
}
