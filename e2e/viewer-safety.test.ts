import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { createLaunch } from './support/launch.ts';
import { studyUid } from './support/studies.ts';
import { viewport, waitForApplication, waitForReady } from './support/viewport.ts';

/** What must never be seen: one patient's name over another's pixels, a torn picture, a picture of something else. */
let gateway: TestGateway;
let browser: Browser;
let mr: string;
let chest: string;

beforeAll(async () => {
  [gateway, browser] = await Promise.all([
    startGateway({ environment: { SIGHTLINE_DEMO: 'on' } }),
    launchBrowser(),
  ]);
  [mr, chest] = await Promise.all([studyUid(gateway, 'MR brain'), studyUid(gateway, 'Chest PA')]);
});

afterAll(async () => {
  await Promise.all([browser?.close(), gateway?.stop()]);
});

type Prepare = (page: Page) => Promise<unknown>;

async function open(studies: readonly string[], prepare?: Prepare): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await prepare?.(page);
  await page.goto(await createLaunch(gateway, ...studies));
  return page;
}

const tile = (page: Page, name: RegExp) =>
  page.getByRole('navigation', { name: 'Series' }).getByRole('button', { name });

/** What the viewport claims to show and a few of its pixels, read in one turn of the page's loop. */
function seen(page: Page): Promise<{ state: string; uid: string; name: string; pixels: string }> {
  return viewport(page).evaluate((region) => {
    const canvas = region.querySelector('canvas')!;
    const context = new OffscreenCanvas(64, 64).getContext('2d')!;
    context.drawImage(canvas, 0, 0, 64, 64);
    return {
      state: region.getAttribute('data-state') ?? '',
      uid: region.getAttribute('data-sop-instance-uid') ?? '',
      name: region.querySelector('.identity')?.firstElementChild?.textContent ?? '',
      pixels: context.getImageData(0, 0, 64, 64).data.join(),
    };
  });
}

describe('two patients', () => {
  test('name, instance and pixels belong together while series change faster than frames arrive', async () => {
    let turn = 0;
    const late = async (route: Route): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, [5, 160, 40, 300, 90][turn++ % 5]));
      await route.continue().catch(() => {}); // the viewer may have given it up
    };
    const page = await open([mr, chest], (opened) => opened.route(/\/(frames|metadata)/, late));
    await waitForReady(page);
    const names = [/^T1/, /^T2/, /^Chest/];
    const known = new Map<string, { name: string; pixels: string }>();
    for (let step = 0; step < 80; step++) {
      await tile(page, names[(step * 7 + (step >> 2)) % 3]!).click();
      await page.waitForTimeout([0, 30, 120, 400][step % 4]!);
      const { state, uid, name, pixels } = await seen(page);
      if (state !== 'ready') continue;
      const before = known.get(uid) ?? { name, pixels };
      known.set(uid, before);
      expect({ uid, name, pixels: pixels === before.pixels }).toEqual({
        uid,
        name: before.name,
        pixels: true,
      });
    }
    const pictures = new Set([...known.values()].map(({ pixels }) => pixels));
    expect(known.size).toBe(3);
    expect(pictures.size).toBe(3);
    expect(new Set([...known.values()].map(({ name }) => name))).toEqual(
      new Set(['DEMO, Zoë Hélène', 'DEMO, WILLIAM JAMES']),
    );
    await page.close();
  });

  test('a double click enlarges the viewport that was clicked, and only its patient is named', async () => {
    const page = await open([mr, chest]);
    await waitForApplication(page);
    await page.keyboard.press('Alt+2');
    await viewport(page, 2).click();
    await tile(page, /^Chest/).click();
    await waitForReady(page, 2);
    await viewport(page, 2).dblclick();
    await viewport(page, 1).waitFor({ state: 'detached' });
    await viewport(page, 2).getByText('DEMO, WILLIAM JAMES').waitFor();
    expect(await page.getByText(/Different patients/).count()).toBe(0);
    await viewport(page, 2).dblclick();
    await waitForReady(page, 1);
    await page.getByText(/Different patients/).waitFor();
    await page.close();
  });

  test('who differ in nothing but the date of birth are told apart in the banner', async () => {
    const page = await open([mr], async (opened) => {
      await opened.route(/\/metadata/, async (route) => {
        const response = await route.fetch();
        const datasets = (await response.json()) as Record<string, unknown>[]; // PS3.18 annex F
        const isT2 = JSON.stringify(datasets).includes('T2 TSE');
        if (isT2) for (const dataset of datasets) dataset['00100030'] = { vr: 'DA', Value: ['19900101'] };
        await route.fulfill({ response, json: datasets });
      });
    });
    await waitForApplication(page);
    await page.keyboard.press('Alt+2');
    await page.keyboard.press('n');
    await tile(page, /^T2/).click();
    await waitForReady(page, 2);
    const banner = page.locator('.patients');
    await banner.getByText('*1987-09-24').waitFor();
    await banner.getByText('*1990-01-01').waitFor();
    await page.close();
  });
});

test('a series goes into the third viewport without a mouse', async () => {
  const page = await open([mr]);
  await waitForApplication(page);
  await page.keyboard.press('Alt+4');
  await viewport(page, 1).focus();
  await page.keyboard.press('n');
  await page.keyboard.press('n');
  expect(await viewport(page, 3).evaluate((region) => region === document.activeElement)).toBe(true);
  await page.keyboard.press('Shift+Tab');
  expect(await tile(page, /^T2/).evaluate((button) => button === document.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  await waitForReady(page, 3);
  await page.getByRole('button', { name: 'Window presets' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem').first().and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Window presets' }).and(page.locator(':focus')).waitFor();
  await page.close();
});

test('the picture on the screen follows the size of its viewport while the next one is on its way', async () => {
  const page = await open([mr]);
  await page.waitForFunction(() => performance.getEntriesByName('sightline:stack-complete').length > 0);
  let only: string | undefined;
  await page.route(/\/frames\//, (route, request) => {
    const { pathname } = new URL(request.url());
    only ??= pathname;
    return pathname === only ? route.continue() : undefined; // the others are never answered
  });
  await tile(page, /^T2/).click();
  await viewport(page).getByText('T2').waitFor();
  await waitForReady(page);
  const first = await seen(page);
  await page.keyboard.press('End');
  await viewport(page).and(page.locator('[data-state="loading"]')).waitFor();
  await page.setViewportSize({ width: 800, height: 700 });
  await expect
    .poll(() =>
      viewport(page).evaluate((region) => region.clientWidth - region.querySelector('canvas')!.width),
    )
    .toBe(0);
  expect(await seen(page)).toMatchObject({ state: 'loading', uid: first.uid, name: first.name });
  await page.close();
});

describe('answers that are no image', () => {
  const answers: readonly (readonly [string, RegExp, Prepare])[] = [
    ['JSON', /was refused by the archive/, fulfil('application/dicom+json', 400_000)],
    ['half a frame', /is damaged and cannot be decoded/, fulfil('application/octet-stream', 1000)],
    ['a larger frame', /is damaged and cannot be decoded/, fulfil('application/octet-stream', 4_000_000)],
  ];

  test.each(answers)('%s is not drawn, and the viewport says why', async (_, sentence, prepare) => {
    const page = await open([mr], prepare);
    await viewport(page).getByText(sentence).waitFor({ timeout: 30_000 });
    expect(await viewport(page).getAttribute('data-state')).toBe('error');
    await page.close();
  });

  function fulfil(contentType: string, length: number): Prepare {
    return (page) =>
      page.route(/\/frames\//, (route) => route.fulfill({ contentType, body: Buffer.alloc(length, 0x41) }));
  }
});
