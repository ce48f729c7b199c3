import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { createLaunch } from './support/launch.ts';
import { studyUids } from './support/studies.ts';
import { viewport } from './support/viewport.ts';

/**
 * Every series of a large collection of real files, opened as a person would: each shows an image at full fidelity or says
 * in a sentence what it is and that it is not shown. The collection lies beside the repository, and not everybody has it.
 */
const DATA = fileURLToPath(new URL('../../shared/data', import.meta.url));
const isHere = existsSync(DATA);
if (!isHere) console.warn('No ../shared/data: the walk through real files is left out.');

/** What a viewport may say instead of showing an image. Anything else, an empty picture included, is a defect. */
const HONEST = /This is [^.]+\.|Image \d+ [^.]+\.|This object holds no image that this viewer can show\./;
const SETTLED_LIMIT_MS = 30_000;

let gateway: TestGateway;
let browser: Browser;

beforeAll(async () => {
  if (!isHere) return;
  [gateway, browser] = await Promise.all([startGateway({ imports: [DATA] }), launchBrowser()]);
}, 300_000);

afterAll(async () => {
  await Promise.all([browser?.close(), gateway?.stop()]);
});

/** Opens each tile of the rail in turn; one line for each that neither shows an image nor says why not. */
async function walk(page: Page, study: string): Promise<string[]> {
  const complaints: string[] = [];
  const tiles = page.locator('button.tile');
  await tiles.first().waitFor({ timeout: SETTLED_LIMIT_MS });
  for (let index = 0; index < (await tiles.count()); index++) {
    await tiles.nth(index).click();
    const region = viewport(page);
    try {
      await region
        .and(page.locator('[data-state="ready"], [data-state="error"]'))
        .waitFor({ timeout: SETTLED_LIMIT_MS });
      const state = await region.getAttribute('data-state');
      const text = await region.innerText();
      if (state === 'error' && !HONEST.test(text)) complaints.push(`${study} tile ${index}: ${text}`);
    } catch {
      complaints.push(
        `${study} tile ${index}: stays ${await region.getAttribute('data-state')}: ${await region.innerText()}`,
      );
    }
  }
  return complaints;
}

test.skipIf(!isHere)(
  'every series of the real files shows an image or says what it is',
  async () => {
    const complaints: string[] = [];
    for (const study of await studyUids(gateway)) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
      page.on('pageerror', (error) => complaints.push(`${study}: ${error.message}`));
      page.on('console', (message) => {
        // Chromium reports refused requests itself; that the viewer says so is looked at above.
        const isNetwork = message.text().startsWith('Failed to load resource');
        if (message.type() === 'error' && !isNetwork) complaints.push(`${study}: ${message.text()}`);
      });
      await page.goto(await createLaunch(gateway, study));
      complaints.push(...(await walk(page, study)));
      await page.close();
    }
    expect(complaints).toEqual([]);
  },
  1_500_000,
);
