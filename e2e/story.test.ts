import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { createLaunch } from './support/launch.ts';
import { studyUid } from './support/studies.ts';
import { openViewer, viewport, waitForApplication, waitForReady } from './support/viewport.ts';

/** The whole way, once, for real: demo studies, a portal, a click, images; and everything that can go wrong on it. */
let gateway: TestGateway;
let browser: Browser;

beforeAll(async () => {
  [gateway, browser] = await Promise.all([
    startGateway({ environment: { SIGHTLINE_DEMO: 'on' } }),
    launchBrowser(),
  ]);
});

afterAll(async () => {
  await Promise.all([browser?.close(), gateway?.stop()]);
});

/** A page that has clicked "Open in Sightline" in the row that holds all these words. */
async function openFromPortal(...words: readonly string[]): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${gateway.url}/demo`);
  let row = page.getByRole('row');
  for (const word of words) row = row.filter({ hasText: word });
  await row.getByRole('button', { name: 'Open in Sightline' }).first().click();
  await ready(page);
  return page;
}

async function ready(page: Page, number = 1): Promise<void> {
  await waitForApplication(page);
  await waitForReady(page, number);
}

/** Waits until the viewport's text holds the pattern. */
async function says(region: Locator, text: string | RegExp): Promise<void> {
  await region.getByText(text).first().waitFor({ timeout: 15_000 });
}

/** Every byte on the viewport's canvas. */
async function canvasBytes(region: Locator): Promise<Buffer> {
  const encoded = await region.locator('canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement; // located by that name
    return canvas.toDataURL('image/png');
  });
  return Buffer.from(encoded);
}

/** True where somewhere on the canvas something is brighter than middle grey. */
function isBright(region: Locator): Promise<boolean> {
  return region.locator('canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement; // located by that name
    const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    context?.drawImage(canvas, 0, 0);
    return (
      context?.getImageData(0, 0, canvas.width, canvas.height).data.some((v, i) => i % 4 < 3 && v > 128) ??
      false
    );
  });
}

describe('a click in the portal', () => {
  test('opens the head CT at full fidelity, named, at an address without secrets', async () => {
    const page = await openFromPortal('CT head', '2025');
    const region = viewport(page);
    expect(new URL(page.url()).pathname).toMatch(/^\/s\/[^/]+\/$/);
    expect(page.url()).not.toContain('ticket');
    await says(region, 'DEMO, MARGARET ANNE');
    await says(region, 'SLD-1001');
    await says(region, 'I 1/150');
    await says(region, /W 80\s+L 40/);
    expect(await isBright(region)).toBe(true);
    await page.waitForFunction(() => performance.getEntriesByName('sightline:stack-complete').length === 1);
    const marks = await page.evaluate(() =>
      ['sightline:first-image', 'sightline:interactive', 'sightline:stack-complete'].map(
        (name) => performance.getEntriesByName(name)[0]!.startTime,
      ),
    );
    expect(marks).toEqual(marks.toSorted((a, b) => a - b));
    await page.close();
  });

  test('scrolls by wheel, keys and to the ends, and says where it is', async () => {
    const page = await openFromPortal('CT head', '2025');
    const region = viewport(page);
    const first = await region.getAttribute('data-sop-instance-uid');
    await region.hover();
    await page.mouse.wheel(0, 100);
    await says(region, 'I 2/150');
    await page.keyboard.press('ArrowDown');
    await says(region, 'I 3/150');
    await page.keyboard.press('End');
    await says(region, 'I 150/150');
    await ready(page);
    expect(await region.getAttribute('data-sop-instance-uid')).not.toBe(first);
    await page.keyboard.press('Home');
    await says(region, 'I 1/150');
    expect(await region.getAttribute('data-sop-instance-uid')).toBe(first);
    await page.close();
  });

  test('windows by drag and by number key, inverts, rotates with its letters, and resets', async () => {
    const page = await openFromPortal('CT head', '2025');
    const region = viewport(page);
    const before = await canvasBytes(region);
    await page.keyboard.press('2');
    await expect.poll(async () => Buffer.compare(await canvasBytes(region), before)).not.toBe(0);
    await page.keyboard.press('0');
    await expect.poll(async () => Buffer.compare(await canvasBytes(region), before)).toBe(0);
    const box = (await region.boundingBox())!;
    await page.mouse.move(box.x + 300, box.y + 300);
    await page.mouse.down();
    await page.mouse.move(box.x + 360, box.y + 330, { steps: 4 });
    await page.mouse.up();
    await says(region, 'by hand');
    await page.getByRole('button', { name: /^Reset view/ }).click();
    await expect.poll(async () => Buffer.compare(await canvasBytes(region), before)).toBe(0);
    await page.keyboard.press('i');
    await expect.poll(async () => Buffer.compare(await canvasBytes(region), before)).not.toBe(0);
    await page.keyboard.press('i');
    const letters = () =>
      Promise.all(
        ['top', 'right', 'bottom', 'left'].map((side) => region.locator(`.letter.${side}`).innerText()),
      );
    expect(await letters()).toEqual(['A', 'L', 'P', 'R']);
    await page.keyboard.press('r');
    await expect.poll(letters).toEqual(['R', 'A', 'L', 'P']);
    await page.close();
  });

  test('shows four viewports, takes a series by drag, and names both patients when there are two', async () => {
    const page = await openViewer(
      browser,
      await createLaunch(gateway, await studyUid(gateway, 'MR brain'), await studyUid(gateway, 'Chest PA')),
    );
    await ready(page);
    await page.getByRole('button', { name: /^Four viewports/ }).click();
    await viewport(page, 4).waitFor();
    const tiles = page
      .getByRole('navigation', { name: 'Series' })
      .or(page.getByRole('complementary', { name: 'Series' }));
    await tiles.getByRole('button', { name: /T2/ }).dragTo(viewport(page, 2));
    await ready(page, 2);
    const chest = tiles.getByRole('button', { name: /Chest|PA/ }).last();
    await chest.dragTo(viewport(page, 3));
    await ready(page, 3);
    await page.getByText(/Different patients on the screen/).waitFor();
    await says(viewport(page, 3), 'DEMO, WILLIAM JAMES');
    await says(viewport(page, 2), 'DEMO, Zoë Hélène');
    await page.close();
  });

  test('plays the ultrasound as cine', async () => {
    const page = await openFromPortal('Echocardiogram');
    const region = viewport(page);
    await page.waitForFunction(() => performance.getEntriesByName('sightline:stack-complete').length === 1);
    await page.keyboard.press('Space');
    await expect.poll(() => region.getAttribute('data-frame')).not.toBe('1');
    await page.keyboard.press('Space');
    await page.close();
  });

  test('says of the PDF what it is and that it is not shown yet', async () => {
    const page = await openFromPortal('CT head', '2025');
    await page.getByRole('button', { name: /^Report/ }).click();
    await says(viewport(page), 'This is a PDF document. This viewer does not show documents yet.');
    await page.close();
  });
});

describe('what can go wrong', () => {
  test('a used ticket is answered with a page that says what to do', async () => {
    const viewerUrl = await createLaunch(gateway, await studyUid(gateway, 'MR brain'));
    const first = await openViewer(browser, viewerUrl);
    await ready(first);
    const second = await browser.newPage();
    const response = await second.goto(viewerUrl);
    expect(response?.status()).toBe(404);
    expect(await second.innerText('body')).toMatch(/open the study again/i);
    const invented = await second.goto(`${gateway.url}/view?ticket=${'A'.repeat(43)}`);
    expect(invented?.status()).toBe(404);
    await Promise.all([first.close(), second.close()]);
  });

  test('a study that no archive has is said to be missing', async () => {
    const page = await openViewer(browser, await createLaunch(gateway, '2.25.99999999'));
    await page.getByText('None of the connected archives has this study.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await page.close();
  });

  test('images that never arrive are counted on the picture', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.route(/\/frames\/1(\?|$)/, async (route, request) => {
      const isFifth = Number(/(\d)\/frames/.exec(request.url())?.[1]) === 5;
      await (isFifth
        ? route.fulfill({ status: 404, contentType: 'application/problem+json', body: '{}' })
        : route.continue());
    });
    await page.goto(await createLaunch(gateway, await studyUid(gateway, 'MR brain')));
    await ready(page);
    await says(viewport(page), /INCOMPLETE \d+ of 26/);
    await page.close();
  });

  test('an archive that goes away is said to be away, and what is loaded stays', async () => {
    const page = await openFromPortal('MR brain');
    const region = viewport(page);
    await page.waitForFunction(() => performance.getEntriesByName('sightline:stack-complete').length === 1);
    const tile = (name: RegExp) => page.getByRole('button', { name });
    await tile(/T2/).waitFor();
    await page.route('**/dicom-web/**', (route) => route.abort('connectionrefused'));
    await tile(/T2/).click();
    await page.getByText('The archive is not answering. What is loaded stays usable.').first().waitFor();
    await tile(/T1/).click();
    await page.keyboard.press('End');
    await says(region, 'I 26/26');
    await ready(page);
    expect(await isBright(region)).toBe(true);
    await page.close();
  });

  test('a session that has ended says so', async () => {
    const page = await browser.newPage();
    await page.goto(await createLaunch(gateway, await studyUid(gateway, 'MR brain')));
    await ready(page);
    const tile = page.getByRole('button', { name: /T2/ });
    await tile.waitFor();
    await page.context().clearCookies();
    await tile.click();
    await page.getByText('Your session has ended. Open the study again from your portal.').first().waitFor();
    await page.close();
  });

  test('nothing of the patient, the ticket or the session reaches the log', () => {
    const log = gateway.output();
    expect(log).not.toMatch(/DEMO, |MARGARET|SLD-100|2\.25\.\d{5}|\/s\/[A-Za-z0-9_-]{8}|ticket=/);
    expect(log).not.toContain(gateway.apiKey);
  });
});
