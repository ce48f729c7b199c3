import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * The browser to test with: SIGHTLINE_CHROMIUM, one of the usual names on the PATH, or one that Playwright installed.
 * Throws an Error that says what to install.
 */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['SIGHTLINE_CHROMIUM'];
  if (named) {
    if (existsSync(named)) return named;
    throw new Error('SIGHTLINE_CHROMIUM names a file that does not exist.');
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).concat('/usr/bin');
  const candidates = [
    ...PROGRAMS.flatMap((program) => folders.map((folder) => join(folder, program))),
    ...ELSEWHERE,
    chromium.executablePath(),
  ];
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    'The browser tests need Chromium. Install it (Debian and Ubuntu: apt-get install chromium; anywhere: npx playwright-core install chromium), or name it in SIGHTLINE_CHROMIUM.',
  );
}
