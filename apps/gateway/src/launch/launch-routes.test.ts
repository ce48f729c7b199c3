import { describe, expect, test } from 'vitest';
import { API_KEY, createTestGateway, launchOf } from '../testing/test-gateway.ts';

type Launch = {
  ticket: string;
  viewerUrl: string;
  manifestUrl?: string;
  links: { dnviewer?: string };
  expiresAt: string;
};

async function minted(gateway = createTestGateway(), ...studies: string[]): Promise<Launch> {
  const response = await gateway.launch(launchOf(...(studies.length > 0 ? studies : ['1.2.3'])));
  expect(response.status).toBe(201);
  return JSON.parse(response.text) as Launch;
}
const problemOf = (response: { text: string }) =>
  JSON.parse(response.text) as { code: string; errors?: { pointer: string; code: string }[] };

describe('POST /api/launches', () => {
  test('answers a ticket and every way to open it', async () => {
    const launch = await minted();
    expect(launch.ticket).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(launch).toEqual({
      ticket: launch.ticket,
      viewerUrl: `http://localhost/view?ticket=${launch.ticket}`,
      manifestUrl: `http://localhost/launch/${launch.ticket}`,
      links: { dnviewer: `dnviewer://open?manifest=${encodeURIComponent(launch.manifestUrl ?? '')}` },
      expiresAt: '2026-01-01T00:01:00.000Z',
    });
  });

  test('builds links from the public URL when there is one', async () => {
    const gateway = createTestGateway({ server: { publicUrl: new URL('https://view.example') } });
    expect((await minted(gateway)).viewerUrl).toMatch(/^https:\/\/view\.example\/view\?ticket=/);
  });

  test('gives no manifest for several studies, which one cannot carry', async () => {
    const launch = await minted(createTestGateway(), '1.2.3', '1.2.4');
    expect(launch).not.toHaveProperty('manifestUrl');
    expect(launch.links).toEqual({});
  });

  test.each([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer wrong' }],
    ['the key alone', { authorization: API_KEY }],
    ['the key as a password', { authorization: `Basic ${API_KEY}` }],
  ])('with %s is refused by 401 and a challenge', async (_name, headers) => {
    const { server } = createTestGateway();
    const response = await server.request({
      method: 'POST',
      url: '/api/launches',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(launchOf('1.2.3')),
    });
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="sightline"');
    expect(problemOf(response).code).toBe('api_key_required');
  });

  test('names each bad parameter by pointer and repeats no value', async () => {
    const response = await createTestGateway().launch({
      ...(launchOf('1.2', 'DOE^JANE') as object),
      extra: 1,
    });
    expect(response.status).toBe(400);
    expect(response.headers['content-type']).toBe('application/problem+json');
    const { code, errors } = problemOf(response);
    expect(code).toBe('launch_unreadable');
    expect(errors?.map((error) => `${error.pointer} ${error.code}`)).toEqual([
      '/selections/0/target/studyInstanceUids/1 bad_uid',
      '/extra unknown_key',
    ]);
    expect(response.text).not.toContain('DOE');
  });

  test.each<[string, unknown, string, string]>([
    [
      'a target for later',
      { kind: 'accession', accessionNumber: 'A' },
      'target_unsupported',
      '/selections/0/target/kind',
    ],
  ])('refuses %s as not supported yet', async (_name, target, code, pointer) => {
    const problem = problemOf(await createTestGateway().launch({ selections: [{ target }] }));
    expect([problem.code, problem.errors?.[0]?.pointer]).toEqual([code, pointer]);
  });

  test.each<[string, object, number]>([
    ['our own archive', { baseUrl: 'http://localhost/dicom-web' }, 201],
    ['our own archive with a slash', { baseUrl: 'http://localhost/dicom-web/' }, 201],
    ['another path of ours', { baseUrl: 'http://localhost/other' }, 400],
    ['another host', { baseUrl: 'https://pacs.example/dicom-web' }, 400],
    [
      'credentials that we do not need',
      { baseUrl: 'http://localhost/dicom-web', auth: { type: 'bearer', token: 'T' } },
      400,
    ],
  ])('answers a source that is %s', async (_name, source, status) => {
    const selection = {
      target: { kind: 'studies', studyInstanceUids: ['1.2.3'] },
      source: { kind: 'dicomweb', ...source },
    };
    const response = await createTestGateway().launch({ selections: [selection] });
    expect(response.status).toBe(status);
    if (status === 400) {
      expect(problemOf(response).errors).toMatchObject([
        { pointer: '/selections/0/source', code: 'source_unsupported' },
      ]);
    }
  });

  test('takes only JSON, so that no form of another site can ask', async () => {
    const gateway = createTestGateway();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const response = await gateway.launch(launchOf('1.2.3'), { 'content-type': type });
      expect([response.status, problemOf(response).code]).toEqual([415, 'media_type_unsupported']);
    }
    expect(
      (await gateway.launch(launchOf('1.2.3'), { 'content-type': 'Application/JSON; charset=utf-8' })).status,
    ).toBe(201);
  });

  test.each<[string, string, number, string]>([
    ['an empty body', '', 400, 'body_not_json'],
    ['a cut body', '{"selections":[', 400, 'body_not_json'],
    ['a body of 65 KiB', `"${'x'.repeat(65 * 1024)}"`, 413, 'body_too_large'],
  ])('refuses %s', async (_name, body, status, code) => {
    const response = await createTestGateway().launch(body);
    expect([response.status, problemOf(response).code]).toEqual([status, code]);
  });
});

describe('GET /launch/{ticket}', () => {
  test('gives the DN manifest once, and its token opens the named root', async () => {
    const gateway = createTestGateway();
    const response = await gateway.launch({
      ...(launchOf('1.2.3') as object),
      label: 'Clinic',
      presentation: { replaceWorkspace: false },
    });
    const { ticket } = JSON.parse(response.text) as Launch;
    const answer = await gateway.server.request({ url: `/launch/${ticket}` });
    expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      200,
      'application/json',
      'no-store',
    ]);
    const manifest = JSON.parse(answer.text) as { baseUrl: string; auth: { token: string } };
    expect(manifest).toMatchObject({
      type: 'dicomweb-study',
      studyUid: '1.2.3',
      provider: 'Clinic',
      replaceWorkspace: false,
      firstParty: true,
      auth: { type: 'bearer' },
    });
    const url = new URL(`${manifest.baseUrl}/studies`).pathname;
    const authorised = { authorization: `Bearer ${manifest.auth.token}` };
    expect((await gateway.server.request({ url, headers: authorised })).status).toBe(200);
    expect((await gateway.server.request({ url })).status).toBe(401);
    expect((await gateway.server.request({ url: `/launch/${ticket}` })).status).toBe(404);
  });

  test('refuses several studies and leaves the ticket good', async () => {
    const gateway = createTestGateway();
    const { ticket } = await minted(gateway, '1.2.3', '1.2.4');
    const refused = await gateway.server.request({ url: `/launch/${ticket}` });
    expect([refused.status, problemOf(refused).code]).toEqual([409, 'manifest_needs_one_study']);
    expect((await gateway.server.request({ url: `/view?ticket=${ticket}` })).status).toBe(303);
  });
});

describe('GET /view', () => {
  test('goes to the session without a secret in the URL, with a cookie for that path only', async () => {
    const gateway = createTestGateway();
    const { ticket } = await minted(gateway);
    const { status, headers } = await gateway.server.request({ url: `/view?ticket=${ticket}` });
    expect(status).toBe(303);
    expect(headers['location']).toMatch(/^\/s\/[A-Za-z0-9_-]{16}\/$/);
    expect(headers['set-cookie']).toMatch(
      new RegExp(
        `^sightline_session=[A-Za-z0-9_-]{43}; Path=${headers['location']}; HttpOnly; SameSite=Lax$`,
      ),
    );
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  test('keeps the cookie to https when the public URL is', async () => {
    const gateway = createTestGateway({ server: { publicUrl: new URL('https://view.example') } });
    const { ticket } = await minted(gateway);
    const { headers } = await gateway.server.request({
      url: `/view?ticket=${ticket}`,
      headers: { host: 'view.example' },
    });
    expect(headers['set-cookie']).toMatch(/; Secure$/);
    expect(headers['strict-transport-security']).toBeDefined();
  });

  test('shows one and the same page for a used, an expired, an invented, a repeated and a missing ticket', async () => {
    const gateway = createTestGateway();
    const used = await minted(gateway);
    await gateway.server.request({ url: `/view?ticket=${used.ticket}` });
    const expired = await minted(gateway);
    const twice = await minted(gateway);
    gateway.time.now += 60_000;
    const urls = [
      `/view?ticket=${used.ticket}`,
      `/launch/${used.ticket}`,
      `/view?ticket=${expired.ticket}`,
      `/view?ticket=${'A'.repeat(43)}`,
      `/view?ticket=${twice.ticket}&ticket=${twice.ticket}`,
      '/view?ticket=%00',
      '/view',
    ];
    const pages = new Set<string>();
    for (const url of urls) {
      const response = await gateway.server.request({ url, headers: { accept: 'text/html,*/*;q=0.8' } });
      expect(response.status).toBe(404);
      expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
      pages.add(response.text.replace(/<code>.*?<\/code>/, ''));
    }
    expect(pages.size).toBe(1);
    expect([...pages][0]).toContain('Open the study again from your portal.');
    expect(problemOf(await gateway.server.request({ url: '/view' })).code).toBe('ticket_not_usable');
  });

  test('is open until its last millisecond', async () => {
    const gateway = createTestGateway();
    const { ticket } = await minted(gateway);
    gateway.time.now += 59_999;
    expect((await gateway.server.request({ url: `/view?ticket=${ticket}` })).status).toBe(303);
  });

  test.each(['/view?ticket=', '/launch/'])('is not spent on %s by looking ahead', async (path) => {
    const gateway = createTestGateway();
    const { ticket } = await minted(gateway);
    const url = path + ticket;
    expect((await gateway.server.request({ method: 'HEAD', url })).status).toBe(204);
    for (const headers of [
      { 'sec-purpose': 'prefetch' },
      { 'sec-purpose': 'prefetch;prerender' },
      { purpose: 'prefetch' },
      { 'x-purpose': 'preview' },
      { 'x-moz': 'prefetch' },
    ]) {
      const ahead = await gateway.server.request({ url, headers });
      expect([ahead.status, problemOf(ahead).code]).toEqual([503, 'prefetch_refused']);
    }
    expect((await gateway.server.request({ url })).status).toBeLessThan(400);
  });
});
