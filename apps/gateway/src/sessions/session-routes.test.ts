import { describe, expect, test } from 'vitest';
import { createTestGateway } from '../testing/test-gateway.ts';

const MINUTE = 60_000;

interface Bootstrap {
  studies: unknown;
  session: Record<string, string>;
  dicomWebRoot: string;
  first?: Record<string, string>;
}

function bootstrapOf(html: string): Bootstrap {
  const text = /<script type="application\/json" id="sightline-bootstrap">(.*?)<\/script>/.exec(html)?.[1];
  return JSON.parse(text ?? '') as Bootstrap;
}

describe('the page of a session', () => {
  test('carries the bootstrap and asks for both forms of the first image', async () => {
    const gateway = createTestGateway();
    const { path, cookie } = await gateway.open('1.2.9', '1.2.3');
    const { status, text } = await gateway.server.request({ url: path, headers: { cookie } });
    expect(status).toBe(200);
    const { studies, first, dicomWebRoot } = bootstrapOf(text);
    expect(dicomWebRoot).toBe(`${path}dicom-web`);
    expect(studies).toEqual([
      { studyInstanceUid: '1.2.9', found: false },
      { studyInstanceUid: '1.2.3', found: true },
    ]);
    const frame = `${dicomWebRoot}/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1/frames/1`;
    expect(first?.['previewUrl']).toMatch(`${frame}/rendered?`);
    expect(first?.['pixelsUrl']).toMatch(`${frame}?accept=`);
    const preloads = [...text.matchAll(/<link rel="preload" as="(\w+)" href="([^"]+)"/g)];
    expect(preloads.map(([, as, href]) => [as, href?.replaceAll('&amp;', '&')])).toEqual([
      ['image', first?.['previewUrl']],
      ['fetch', first?.['pixelsUrl']],
    ]);
  });

  test('asks ahead only for pixels that the page will draw', async () => {
    const gateway = createTestGateway();
    const { firstImage } = gateway.parts.archive;
    gateway.parts.archive.firstImage = async (study) => {
      const image = await firstImage(study);
      return (
        image && {
          ...image,
          metadata: { ...image.metadata, '00280004': { vr: 'CS', Value: ['PALETTE COLOR'] } },
        }
      );
    };
    const { path, cookie } = await gateway.open('1.2.3');
    const { text } = await gateway.server.request({ url: path, headers: { cookie } });
    expect(text).toContain('as="image"');
    expect(text).not.toContain('as="fetch"');
  });

  test('says which study was not found and has no first image then', async () => {
    const gateway = createTestGateway();
    const { path, cookie } = await gateway.open('1.2.9');
    const { text } = await gateway.server.request({ url: path, headers: { cookie } });
    expect(bootstrapOf(text)).toMatchObject({ studies: [{ found: false }] });
    expect(bootstrapOf(text)).not.toHaveProperty('first');
    expect(text).not.toContain('preload');
  });

  test('leaves the first image to the viewer where its metadata would outweigh it', async () => {
    const gateway = createTestGateway();
    const { firstImage } = gateway.parts.archive;
    gateway.parts.archive.firstImage = async (study) => {
      const image = await firstImage(study);
      const groups = Array.from({ length: 20_000 }, () => ({
        '00200032': { vr: 'DS', Value: [0, 0, 0] } as const,
      }));
      return image && { ...image, metadata: { '52009230': { vr: 'SQ', Value: groups } } };
    };
    const { path, cookie } = await gateway.open('1.2.3');
    const { text } = await gateway.server.request({ url: path, headers: { cookie } });
    expect(bootstrapOf(text)).not.toHaveProperty('first');
    expect(text.length).toBeLessThan(10_000);
  });

  test('allows its own inline script and style by hash, and nothing else inline', async () => {
    const gateway = createTestGateway();
    const { path, cookie } = await gateway.open('1.2.3');
    const { headers, text } = await gateway.server.request({ url: path, headers: { cookie } });
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/script-src 'self' 'wasm-unsafe-eval' 'sha256-[^']+';/);
    expect(policy).toMatch(/style-src 'self' 'sha256-[^']+';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(text).not.toContain('DOE^JANE</script>');
  });

  test.each([
    ['no cookie', {}],
    ['a wrong cookie', { cookie: 'sightline_session=AAAA' }],
    ['a wrong token', { authorization: 'Bearer AAAA' }],
  ])('with %s is refused, by a page that says what to do', async (_name, headers) => {
    const gateway = createTestGateway();
    const { path } = await gateway.open('1.2.3');
    const response = await gateway.server.request({
      url: path,
      headers: { accept: 'text/html', ...headers },
    });
    expect(response.status).toBe(401);
    expect(response.text).toContain('Open the study again from your portal.');
  });
});

describe("a session's DICOMweb root", () => {
  test('hands on path, query and root, and limits the request to the studies of the launch', async () => {
    const gateway = createTestGateway();
    const { path, cookie } = await gateway.open('1.2.3', '1.2.4');
    const url = `${path}dicom-web/studies/1.2.3/series?PatientName=A%20B`;
    const { text } = await gateway.server.request({ url, headers: { cookie } });
    expect(JSON.parse(text)).toEqual({
      method: 'GET',
      path: '/studies/1.2.3/series',
      query: 'PatientName=A%20B',
      root: `http://localhost${path}dicom-web`,
      studies: ['1.2.3', '1.2.4'],
      canStore: false,
    });
  });

  test('lets nothing of a patient be kept on the computer of who looks', async () => {
    const gateway = createTestGateway();
    const { handle } = gateway.parts.archive;
    gateway.parts.archive.handle = async (request, context) => {
      const response = await handle(request, context);
      return { ...response, headers: { ...response.headers, 'cache-control': 'private, no-cache' } };
    };
    const { path, cookie } = await gateway.open('1.2.3');
    const { headers } = await gateway.server.request({
      url: `${path}dicom-web/studies`,
      headers: { cookie },
    });
    expect(headers['cache-control']).toBe('no-store');
  });

  test('leaves what is below it percent-encoded', async () => {
    const gateway = createTestGateway();
    const { path, cookie } = await gateway.open('1.2.3');
    const { text } = await gateway.server.request({
      url: `${path}dicom-web/studies/1%2F2/..%2fx`,
      headers: { cookie },
    });
    expect(JSON.parse(text)).toMatchObject({ path: '/studies/1%2F2/..%2fx' });
  });

  test('is not opened by the secret of another session', async () => {
    const gateway = createTestGateway();
    const mine = await gateway.open('1.2.3');
    const other = await gateway.open('1.2.4');
    const url = `${other.path}dicom-web/studies`;
    expect((await gateway.server.request({ url, headers: { cookie: mine.cookie } })).status).toBe(401);
    expect((await gateway.server.request({ url, headers: { cookie: other.cookie } })).status).toBe(200);
    const both = `${mine.cookie}; ${other.cookie}`;
    expect((await gateway.server.request({ url, headers: { cookie: both } })).status).toBe(200);
  });

  test('is not opened by the API key, nor the archive by a session', async () => {
    const gateway = createTestGateway();
    const { path, cookie } = await gateway.open('1.2.3');
    const key = { authorization: 'Bearer test-key-0123456789' };
    expect((await gateway.server.request({ url: `${path}dicom-web/studies`, headers: key })).status).toBe(
      401,
    );
    expect((await gateway.server.request({ url: '/dicom-web/studies', headers: { cookie } })).status).toBe(
      401,
    );
    const whole = await gateway.server.request({ url: '/dicom-web/studies', headers: key });
    expect(JSON.parse(whole.text)).toMatchObject({
      studies: 'all',
      canStore: true,
      root: 'http://localhost/dicom-web',
    });
  });

  test('ends after 30 idle minutes, and after 12 hours however busy', async () => {
    const gateway = createTestGateway();
    const { path, cookie } = await gateway.open('1.2.3');
    const ask = async () =>
      (await gateway.server.request({ url: `${path}dicom-web/studies`, headers: { cookie } })).status;
    for (let minute = 0; minute < 12 * 60 - 29; minute += 29) {
      expect(await ask()).toBe(200);
      gateway.time.now += 29 * MINUTE;
    }
    gateway.time.now += 29 * MINUTE;
    expect(await ask()).toBe(401);

    const idle = await gateway.open('1.2.3');
    gateway.time.now += 30 * MINUTE;
    const late = await gateway.server.request({ url: idle.path, headers: { cookie: idle.cookie } });
    expect(late.status).toBe(401);
  });
});

test('WADO-URI of a session sees its studies and no others; the other address wants the key', async () => {
  const gateway = createTestGateway();
  const { path, cookie } = await gateway.open('1.2.3');
  const url = `${path}wado?requestType=WADO`;
  const answer = await gateway.server.request({ url, headers: { cookie } });
  expect(JSON.parse(answer.text)).toMatchObject({
    query: 'requestType=WADO',
    studies: ['1.2.3'],
    canStore: false,
  });
  expect(JSON.parse(answer.text).root).toMatch(/\/s\/[^/]+\/dicom-web$/);
  expect((await gateway.server.request({ url })).status).toBe(401);
  expect((await gateway.server.request({ url: '/wado?requestType=WADO' })).status).toBe(401);
  expect((await gateway.server.request({ method: 'POST', url: '/wado' })).status).toBe(405);
});
