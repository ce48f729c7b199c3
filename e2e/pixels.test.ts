import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  difference,
  type ExpectedFile,
  expectedFiles,
  FIXTURE_FOLDER,
  renderedFrame,
} from '../fixtures/expected.ts';
import { launchBrowser } from './support/browser.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { createLaunch } from './support/launch.ts';
import { inverted, mirroredAcross, mirroredDown, type Picture, turnedClockwise } from './support/picture.ts';
import {
  actualPixels,
  canvasPixels,
  type Layout,
  openViewer,
  screenPixels,
  viewport,
  waitForImage,
} from './support/viewport.ts';

/** One depth or one way of drawing each: what the GPU must draw just as the CPU, which draws in all the other tests. */
const ON_THE_GPU = [
  'monochrome2-12-bit',
  'signed-rescale-padding',
  'rgb-planar-0',
  'jpeg2000-signed',
  'one-bit',
];
const PAINT_LIMIT_MS = 5_000;

const files = expectedFiles();
let gateway: TestGateway;
let browser: Browser;

beforeAll(async () => {
  const imports = files.map(({ file }) => fileURLToPath(new URL(file, FIXTURE_FOLDER)));
  [gateway, browser] = await Promise.all([startGateway({ imports }), launchBrowser()]);
});

afterAll(async () => {
  await Promise.all([browser?.close(), gateway?.stop()]);
});

function fixture(name: string): ExpectedFile {
  return files.find(({ file }) => file === `${name}.dcm`)!;
}

async function open(
  file: ExpectedFile,
  options: {
    readonly on?: Browser;
    readonly scale?: number;
    readonly prepare?: (page: Page) => Promise<void>;
  } = {},
): Promise<Page> {
  const { on = browser, scale, prepare } = options;
  const page = await openViewer(on, await createLaunch(gateway, file.studyInstanceUid), scale, prepare);
  await waitForImage(viewport(page), file.sopInstanceUid);
  return page;
}

/** Every rendering of a frame that is not ours, as RGB, with how far the screen may be away from it. */
function expectations(
  file: ExpectedFile,
  frame: number,
): readonly (Picture & { tool: string; tolerance: number })[] {
  return file.renderings.map((rendering) => {
    const data = renderedFrame(rendering, frame);
    const rgb =
      file.channels === 3
        ? data
        : Uint8Array.from({ length: data.length * 3 }, (_, i) => data[Math.floor(i / 3)]!);
    const { columns, rows } = file;
    return { tool: rendering.tool, tolerance: rendering.tolerance, columns, rows, channels: 3, data: rgb };
  });
}

/** Reads the viewport until every image pixel is as expected; fails with what is different then. */
async function expectPixels(
  file: ExpectedFile,
  frame: number,
  read: (layout: Layout) => Promise<Uint8Array>,
  change: { readonly picture?: (picture: Picture) => Picture; readonly layout?: Partial<Layout> } = {},
): Promise<void> {
  for (const { tool, tolerance, ...before } of expectations(file, frame)) {
    const picture = change.picture?.(before) ?? before;
    const { columns, rows } = picture;
    const layout = { columns, rows, scaleX: file.pixel.width, scaleY: file.pixel.height, ...change.layout };
    await expect
      .poll(async () => difference(await read(layout), picture.data, picture, tolerance), {
        timeout: PAINT_LIMIT_MS,
        message: `${file.file}, frame ${frame}, as ${tool} renders it`,
      })
      .toBeUndefined();
  }
}

describe.each(files)('$file: $shows', (file) => {
  it('stands on the screen pixel by pixel as other renderers have it', async () => {
    const page = await open(file);
    const region = viewport(page);
    await actualPixels(page);
    await expectPixels(file, 1, (layout) => canvasPixels(region, layout));
    if (file.numberOfFrames > 1) {
      await page.keyboard.press('ArrowDown');
      await waitForImage(region, file.sopInstanceUid, 2);
      await expectPixels(file, 2, (layout) => canvasPixels(region, layout));
      await page.keyboard.press('End');
      await waitForImage(region, file.sopInstanceUid, file.numberOfFrames);
      await expectPixels(file, file.numberOfFrames, (layout) => canvasPixels(region, layout));
    }
    await page.context().close();
  });
});

describe.each(['monochrome2-12-bit', 'rgb-planar-1'])('the tools on %s', (name) => {
  const tools: readonly (readonly [string, readonly string[], (picture: Picture) => Picture])[] = [
    ['inverts', ['i'], inverted],
    ['flips left and right', ['h'], mirroredAcross],
    ['flips top and bottom', ['v'], mirroredDown],
    ['turns clockwise', ['r'], turnedClockwise],
    ['turns, then flips what is then left and right', ['r', 'h'], (p) => mirroredAcross(turnedClockwise(p))],
    ['flips, then turns twice', ['v', 'r', 'r'], (p) => turnedClockwise(turnedClockwise(mirroredDown(p)))],
  ];

  it.each(tools)('%s', async (_, keys, picture) => {
    const page = await open(fixture(name));
    await actualPixels(page);
    for (const key of keys) await page.keyboard.press(key);
    await expectPixels(fixture(name), 1, (layout) => canvasPixels(viewport(page), layout), { picture });
    await page.context().close();
  });
});

describe('the letters of orientation', () => {
  // From Image Orientation (Patient), PS3.3 C.7.6.2.1.1: a coronal slice is looked at from the front.
  const letters: readonly (readonly [string, string, readonly string[], Record<string, RegExp>])[] = [
    ['stand as the slice lies', 'coronal', [], { left: /^R$/, right: /^L$/, top: /^H$/, bottom: /^F$/ }],
    ['change sides with a flip', 'coronal', ['h'], { left: /^L$/, right: /^R$/, top: /^H$/, bottom: /^F$/ }],
    ['turn with the image', 'coronal', ['r'], { top: /^R$/, right: /^H$/, bottom: /^L$/, left: /^F$/ }],
    [
      'name the main direction first',
      'oblique-sagittal',
      [],
      { left: /^AR?$/, right: /^PL?$/, top: /^H$/, bottom: /^F$/ },
    ],
  ];

  it.each(letters)('%s (%s)', async (_, name, keys, sides) => {
    const page = await open(fixture(name));
    await actualPixels(page);
    for (const key of keys) await page.keyboard.press(key);
    for (const [side, letter] of Object.entries(sides)) {
      const element = viewport(page).locator(`.letter.${side}`);
      await expect
        .poll(() => element.innerText(), { message: side, timeout: PAINT_LIMIT_MS })
        .toMatch(letter);
    }
    await page.context().close();
  });
});

describe('with a GPU', () => {
  it.each(ON_THE_GPU)('%s looks the same', async (name) => {
    const page = await open(fixture(name), { prepare: pretendHardware });
    await drawnByGpu(page, () => actualPixels(page));
    await expectPixels(fixture(name), 1, (layout) => canvasPixels(viewport(page), layout));
    await page.context().close();
  });

  it('goes on when the GPU takes its context away, and when it gives it back', async () => {
    const file = fixture('monochrome2-12-bit');
    const page = await open(file, { prepare: pretendHardware });
    await drawnByGpu(page, () => actualPixels(page));
    // A lost context gives no extensions: this one is kept.
    const loss = await page.evaluateHandle(() => globalThis.gpu!.getExtension('WEBGL_lose_context')!);
    await loss.evaluate((extension) => extension.loseContext());
    await page.keyboard.press('i');
    await expectPixels(file, 1, (layout) => canvasPixels(viewport(page), layout), { picture: inverted });
    await drawnByGpu(page, () => loss.evaluate((extension) => extension.restoreContext()));
    await page.keyboard.press('i');
    await expectPixels(file, 1, (layout) => canvasPixels(viewport(page), layout));
    await page.context().close();
  });
});

it('shows an image in a browser that has no WebGL at all', async () => {
  const plain = await launchBrowser(['--disable-gpu', '--disable-software-rasterizer']);
  const page = await open(fixture('rgb-planar-0'), { on: plain });
  expect(
    await page.evaluate(() => new OffscreenCanvas(1, 1).getContext('webgl2') === null),
    'the browser still has WebGL',
  ).toBe(true);
  await actualPixels(page);
  await expectPixels(fixture('rgb-planar-0'), 1, (layout) => canvasPixels(viewport(page), layout));
  await plain.close();
});

it.each([1, 2])('puts one image pixel on one device pixel of the screen at a scale of %d', async (scale) => {
  const file = fixture('monochrome2-12-bit');
  const page = await open(file, { scale });
  await actualPixels(page);
  await expectPixels(file, 1, (layout) => canvasPixels(viewport(page), layout));
  await expectPixels(file, 1, (layout) => screenPixels(viewport(page), layout, scale));
  await page.context().close();
});

it('shows an image that fits in whole magnification without blurring it', async () => {
  const file = fixture('monochrome2-12-bit');
  const page = await open(file);
  const before = (await viewport(page).locator('canvas').first().boundingBox())!;
  const scale = Math.floor(Math.min(before.width / file.columns, before.height / file.rows));
  const size = page.viewportSize()!;
  // The page shrinks until the canvas is as high as the image magnified; its width is then more than enough.
  await page.setViewportSize({ ...size, height: size.height - (before.height - file.rows * scale) });
  await page.reload();
  await waitForImage(viewport(page), file.sopInstanceUid);
  const layout = { scaleX: scale, scaleY: scale };
  await expectPixels(file, 1, (whole) => canvasPixels(viewport(page), whole), { layout });
  await page.context().close();
});

declare global {
  /** Set by `pretendHardware`: the context that the viewer draws with, and how often it did. */
  var gpu: WebGL2RenderingContext | undefined;
  var gpuDraws: number | undefined;
}

/** The tests' WebGL is computed by the CPU, which the viewer does better itself: here it is told that this is a GPU. */
async function pretendHardware(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { getParameter, getExtension, drawArrays, linkProgram } = WebGL2RenderingContext.prototype;
    Object.assign(WebGL2RenderingContext.prototype, {
      getParameter(this: WebGL2RenderingContext, name: number) {
        return name === this.RENDERER ? 'A graphics card' : getParameter.call(this, name);
      },
      getExtension(this: WebGL2RenderingContext, name: string) {
        return name === 'WEBGL_debug_renderer_info'
          ? null
          : (getExtension as (name: string) => object | null).call(this, name);
      },
      linkProgram(this: WebGL2RenderingContext, program: WebGLProgram) {
        globalThis.gpu = this;
        linkProgram.call(this, program);
      },
      drawArrays(this: WebGL2RenderingContext, ...draw: Parameters<typeof drawArrays>) {
        globalThis.gpuDraws = (globalThis.gpuDraws ?? 0) + 1;
        drawArrays.apply(this, draw);
      },
    });
  });
}

/** Waits until the viewer has a GPU context, lets something be painted, and until the GPU has painted it. */
async function drawnByGpu(page: Page, paint: () => Promise<unknown>): Promise<void> {
  await page.waitForFunction(() => globalThis.gpu !== undefined);
  const before = await page.evaluate(() => globalThis.gpuDraws ?? 0);
  await paint();
  await page.waitForFunction((draws) => (globalThis.gpuDraws ?? 0) > draws, before);
}
