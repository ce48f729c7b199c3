import type { Browser, Locator, Page } from 'playwright-core';
import sharp from 'sharp';

const READY_LIMIT_MS = 20_000;

/** The viewport's region, found as a person or another program would: by role and name. */
export function viewport(page: Page, number = 1): Locator {
  return page.getByRole('region', { name: `Viewport ${number}`, exact: true });
}

/**
 * A page of its own (own cookies) with one device pixel per CSS pixel unless said otherwise. `prepare` is given the page
 * before it goes anywhere.
 */
export async function openViewer(
  browser: Browser,
  viewerUrl: string,
  deviceScaleFactor = 1,
  prepare?: (page: Page) => Promise<void>,
): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, deviceScaleFactor });
  await prepare?.(page);
  await page.goto(viewerUrl);
  return page;
}

/** Waits until the viewport shows this image at full fidelity; fails with the state it is in. */
export async function waitForImage(region: Locator, sopInstanceUid: string, frame = 1): Promise<void> {
  const wanted = `[data-state="ready"][data-sop-instance-uid="${sopInstanceUid}"][data-frame="${frame}"]`;
  try {
    await region.and(region.page().locator(wanted)).waitFor({ timeout: READY_LIMIT_MS });
    await waitForApplication(region.page());
  } catch {
    throw new Error(`The viewport never showed the image; ${await stateOf(region)}`);
  }
}

/** Waits until the viewport shows any image at full fidelity. */
export async function waitForReady(page: Page, number = 1): Promise<void> {
  await viewport(page, number).and(page.locator('[data-state="ready"]')).waitFor({ timeout: READY_LIMIT_MS });
}

/** The first image is there before the application, which then puts elements of its own in the place of the page's. */
export async function waitForApplication(page: Page): Promise<void> {
  await page.waitForFunction(
    () => performance.getEntriesByName('sightline:interactive').length > 0,
    undefined,
    {
      timeout: READY_LIMIT_MS,
    },
  );
}

async function stateOf(region: Locator): Promise<string> {
  if ((await region.count()) === 0) return `the page says: ${await region.page().innerText('body')}`;
  const names = ['data-state', 'data-sop-instance-uid', 'data-frame'];
  const values = await Promise.all(names.map(async (name) => `${name}=${await region.getAttribute(name)}`));
  return `${values.join(' ')}, and it says: ${await region.innerText()}`;
}

/** Waits until the viewer answers to keys, and asks for one device pixel per image pixel. */
export async function actualPixels(page: Page): Promise<void> {
  await page.waitForFunction(() => performance.getEntriesByName('sightline:interactive').length > 0);
  await page.keyboard.press('a');
}

/** What is to be read back: an image laid out at whole magnifications, centred in the viewport. */
export interface Layout {
  readonly columns: number;
  readonly rows: number;
  /** Device pixels per image pixel. */
  readonly scaleX: number;
  readonly scaleY: number;
}

/**
 * The RGB value at the centre of every image pixel, rows x columns x 3, from the canvas of a viewport; without a layout,
 * every pixel of the canvas.
 * @throws Error where the image would not lie in the canvas as a whole.
 */
export async function canvasPixels(region: Locator, layout?: Layout): Promise<Uint8Array> {
  const encoded = await region.locator('canvas').first().evaluate(sampleCanvas, layout);
  return new Uint8Array(Buffer.from(encoded, 'base64'));
}

/** The same, from a screenshot: what a person sees, after the browser has laid the page out and put it together. */
export async function screenPixels(
  region: Locator,
  layout: Layout,
  deviceScaleFactor: number,
): Promise<Uint8Array> {
  const box = await region.locator('canvas').first().boundingBox();
  if (!box) throw new Error('The canvas is not on the page.');
  const { columns, rows, scaleX, scaleY } = layout;
  const png = await region.page().screenshot({ scale: 'device' });
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const left = box.x * deviceScaleFactor + Math.round((box.width * deviceScaleFactor - columns * scaleX) / 2);
  const top = box.y * deviceScaleFactor + Math.round((box.height * deviceScaleFactor - rows * scaleY) / 2);
  const out = new Uint8Array(columns * rows * 3);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = left + Math.floor((column + 0.5) * scaleX);
      const y = top + Math.floor((row + 0.5) * scaleY);
      const from = (y * info.width + x) * 3;
      out.set(data.subarray(from, from + 3), (row * columns + column) * 3);
    }
  }
  return out;
}

/** Runs in the page. */
function sampleCanvas(element: Element, layout: Layout | undefined): string {
  const canvas = element as HTMLCanvasElement; // located by that name
  const whole = { columns: canvas.width, rows: canvas.height, scaleX: 1, scaleY: 1 };
  const { columns, rows, scaleX, scaleY } = layout ?? whole;
  const left = Math.round((canvas.width - columns * scaleX) / 2);
  const top = Math.round((canvas.height - rows * scaleY) / 2);
  if (left < 0 || top < 0) throw new Error('The image is larger than the canvas.');
  const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
  if (!context) throw new Error('This browser cannot read a canvas back.');
  context.drawImage(canvas, 0, 0);
  const { data, width } = context.getImageData(0, 0, canvas.width, canvas.height);
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    const y = top + Math.floor((row + 0.5) * scaleY);
    const line = new Uint8Array(columns * 3);
    for (let column = 0; column < columns; column++) {
      const x = left + Math.floor((column + 0.5) * scaleX);
      const at = (y * width + x) * 4;
      line.set(data.subarray(at, at + 3), column * 3);
    }
    lines.push(String.fromCharCode(...line));
  }
  return btoa(lines.join(''));
}
