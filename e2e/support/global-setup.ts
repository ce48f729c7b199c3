import { existsSync } from 'node:fs';
import { findChromium } from './chromium.ts';

const VIEWER_PAGE = new URL('../../apps/viewer/dist/index.html', import.meta.url);

/** Says in one sentence what is missing, before a hundred tests fail for want of it. */
export default function setup(): void {
  findChromium();
  if (!existsSync(VIEWER_PAGE)) {
    throw new Error('The browser tests need the built viewer: npm run build (npm test does it itself).');
  }
}
