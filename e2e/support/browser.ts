import { type Browser, chromium } from 'playwright-core';
import { findChromium } from './chromium.ts';

/** Software rendering, so that pixels do not depend on the machine's GPU, and nothing that talks to the outside. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--force-color-profile=srgb',
];

/** `flags` are added, for example --disable-gpu with --disable-software-rasterizer for a browser without WebGL. The caller closes it. */
export function launchBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...FLAGS, ...flags] });
}
