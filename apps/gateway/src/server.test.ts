import { connect } from 'node:net';
import { problems } from '@sightline/contract';
import { afterEach, describe, expect, test } from 'vitest';
import type { Route } from './http/route.ts';
import { createLog } from './log.ts';
import { createServer, type GatewayServer, type InjectedRequest } from './server.ts';
import { API_KEY, createTestGateway, launchOf, PATIENT } from './testing/test-gateway.ts';

const authorised = { authorization: `Bearer ${API_KEY}` };
const opened: GatewayServer[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close(0)));
});

async function listen(server: GatewayServer): Promise<number> {
  opened.push(server);
  return server.listen({ host: '127.0.0.1', port: 0 });
}

/** Sends raw bytes and answers everything that comes back before the connection closes. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk;
    });
    socket.on('error', reject).on('close', () => resolve(received));
  });
}

describe('every answer', () => {
  test('carries the security headers, whatever it is', async () => {
    const gateway = createTestGateway();
    const { path, cookie } = await gateway.open('1.2.3');
    const { ticket } = JSON.parse((await gateway.launch(launchOf('1.2.3'))).text) as { ticket: string };
    const requests: readonly InjectedRequest[] = [
      { url: '/' },
      { url: '/healthz' },
      { url: '/nowhere' },
      { url: '/%ff' },
      { url: '/api/launches' },
      { method: 'POST', url: '/api/launches', headers: authorised },
      { url: '/view' },
      { url: '/launch/x', headers: { accept: 'text/html' } },
      { url: `/view?ticket=${ticket}` },
      { url: path, headers: { cookie } },
      { url: path },
      { url: `${path}dicom-web/studies`, headers: { cookie } },
      { url: '/dicom-web/studies', headers: authorised },
      { url: '/dicom-web/studies' },
      { url: '/assets/main-abc123.js' },
      { url: '/assets/absent.js' },
      { url: '/', headers: { host: 'evil.example' } },
    ];
    for (const request of requests) {
      const { headers } = await gateway.server.request(request);
      expect(headers, request.url).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['permissions-policy']).toContain('camera=()');
      const policy = headers['content-security-policy'] ?? '';
      expect(policy).toMatch(/^default-src 'none';/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|\*|https?:/);
      if (!request.url.startsWith('/assets/main')) expect(headers['cache-control']).toBe('no-store');
    }
  });

  test('is refused under a host name that is not ours', async () => {
    const { server } = createTestGateway({ server: { publicUrl: new URL('https://view.example') } });
    const status = async (host: string) =>
      (await server.request({ url: '/healthz', headers: { host } })).status;
    for (const host of [
      'localhost:8090',
      '127.0.0.1:1',
      '[::1]:8090',
      'a.localhost',
      'view.example',
      'VIEW.example',
    ]) {
      expect(await status(host), host).toBe(200);
    }
    for (const host of [
      'evil.example',
      'view.example:8443',
      'view.example.evil.example',
      '10.0.0.1',
      'localhost@evil',
    ]) {
      expect(await status(host), host).toBe(421);
    }
  });
});

describe('the server', () => {
  test('answers 405 with the list of methods on an address it knows', async () => {
    const { server } = createTestGateway();
    const { status, headers } = await server.request({ method: 'DELETE', url: '/api/launches' });
    expect([status, headers['allow']]).toEqual([405, 'POST']);
    expect((await server.request({ method: 'POST', url: '/view' })).headers['allow']).toBe('GET, HEAD');
  });

  test('answers HEAD like GET, without the body', async () => {
    const { server } = createTestGateway();
    const get = await server.request({ url: '/healthz' });
    const head = await server.request({ method: 'HEAD', url: '/healthz' });
    expect(head.text).toBe('');
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  test('serves the viewer by content, compressed as the client takes it, and nothing beside it', async () => {
    const { server } = createTestGateway();
    const get = (url: string, accept?: string) =>
      server.request({ url, headers: accept === undefined ? {} : { 'accept-encoding': accept } });
    const plain = await get('/assets/main-abc123.js');
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(plain.text).toBe('plain');
    expect((await get('/assets/main-abc123.js', 'gzip, deflate, br')).text).toBe('brotli');
    expect((await get('/assets/main-abc123.js', 'gzip;q=1, br;q=0')).headers['content-encoding']).toBe(
      'gzip',
    );
    expect((await get('/assets/a.wasm', 'br')).headers['content-type']).toBe('application/wasm');
    for (const url of [
      '/assets/',
      '/assets/main-abc123.js.br',
      '/assets/../server.ts',
      '/assets/%2e%2e/x',
      '/assets/__proto__',
    ]) {
      expect((await get(url)).status, url).toBe(404);
    }
  });

  test('starts on the demo portal only when the demo is on', async () => {
    expect((await createTestGateway().server.request({ url: '/' })).text).toContain('sightline import');
    const { status, headers } = await createTestGateway({ demo: true }).server.request({ url: '/' });
    expect([status, headers['location']]).toEqual([303, '/demo']);
  });

  test('gives a handler the whole body, and answers one that reads only its beginning', async () => {
    const routes: Route[] = [
      {
        path: '/whole',
        methods: ['POST'],
        handle: async (request) => {
          let size = 0;
          for await (const chunk of request.body) size += chunk.length;
          return { status: 200, headers: {}, body: String(size) };
        },
      },
      {
        path: '/beginning',
        methods: ['POST'],
        handle: async (request) => {
          for await (const _ of request.body) break;
          return { status: 200, headers: {}, body: 'enough' };
        },
      },
    ];
    const port = await listen(createServer({ routes, log: createLog('silent', { write: () => {} }) }));
    const body = Buffer.alloc(5_000_000);
    for (const [path, text] of [
      ['whole', '5000000'],
      ['beginning', 'enough'],
      ['whole', '5000000'],
    ]) {
      const response = await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'POST', body });
      expect(await response.text()).toBe(text);
    }
  });

  test('waits for a slow client, and ends the body when that one leaves', async () => {
    const state = { sent: 0, ended: false, aborted: false };
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          state.sent += 65_536;
          yield Buffer.alloc(65_536);
        }
      } finally {
        state.ended = true;
      }
    }
    const route: Route = {
      path: '/endless',
      methods: ['GET'],
      handle: (request) => {
        request.signal.addEventListener('abort', () => {
          state.aborted = true;
        });
        return { status: 200, headers: {}, body: endless() };
      },
    };
    const port = await listen(
      createServer({ routes: [route], log: createLog('silent', { write: () => {} }) }),
    );
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    );
    socket.pause();
    await expect
      .poll(async () => {
        const before = state.sent;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return before > 0 && state.sent === before;
      })
      .toBe(true);
    socket.destroy();
    await expect.poll(() => state.ended && state.aborted).toBe(true);
  });

  test('cuts the connection when a body fails half way, so that the answer looks cut', async () => {
    async function* half(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      await Promise.resolve();
      throw new Error('disk');
    }
    const route: Route = {
      path: '/half',
      methods: ['GET'],
      handle: () => ({ status: 200, headers: {}, body: half() }),
    };
    const port = await listen(
      createServer({ routes: [route], log: createLog('silent', { write: () => {} }) }),
    );
    await expect(
      fetch(`http://127.0.0.1:${port}/half`).then((response) => response.text()),
    ).rejects.toThrow();
  });

  test('lets an open request end when it stops', async () => {
    const gate = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const route: Route = {
      path: '/slow',
      methods: ['GET'],
      handle: async () => {
        started.resolve();
        await gate.promise;
        return { status: 200, headers: {}, body: 'done' };
      },
    };
    const server = createServer({ routes: [route], log: createLog('silent', { write: () => {} }) });
    const port = await server.listen({ host: '127.0.0.1', port: 0 });
    const answer = fetch(`http://127.0.0.1:${port}/slow`).then((response) => response.text());
    await started.promise;
    const closed = server.close(5000);
    gate.resolve();
    expect(await answer).toBe('done');
    await closed;
    await expect(fetch(`http://127.0.0.1:${port}/slow`)).rejects.toThrow();
  });
});

describe('every problem of the catalogue', () => {
  const json = { ...authorised, 'content-type': 'application/json' };
  const post = (body: string, headers: Record<string, string> = json): InjectedRequest => ({
    method: 'POST',
    url: '/api/launches',
    headers,
    body,
  });
  const target = (kind: string) => JSON.stringify({ selections: [{ target: { kind } }] });
  const foreign = {
    target: { kind: 'studies', studyInstanceUids: ['1.2.3'] },
    source: { kind: 'dicomweb', baseUrl: 'https://pacs.example' },
  };

  /** One request for each code that a request by itself can produce. */
  const produced: Readonly<Record<string, InjectedRequest>> = {
    launch_unreadable: post('{}'),
    target_unsupported: post(target('patient')),
    source_unsupported: post(JSON.stringify({ selections: [foreign] })),
    body_not_json: post('{'),
    api_key_required: post('{}', {}),
    session_required: { url: '/s/x/' },
    ticket_not_usable: { url: '/view?ticket=x' },
    not_found: { url: '/nowhere' },
    method_not_allowed: { method: 'PUT', url: '/view' },
    body_too_large: post(`"${'x'.repeat(70_000)}"`),
    media_type_unsupported: post('{}', { ...authorised, 'content-type': 'text/plain' }),
    host_not_served: { url: '/', headers: { host: 'evil.example' } },
    internal: { url: '/dicom-web/studies', headers: authorised },
    prefetch_refused: { url: '/view', headers: { 'sec-purpose': 'prefetch' } },
  };
  /** Those that need a ticket or a socket; produced by the tests below, of launch and of demo. */
  const elsewhere = [
    'cross_site_refused',
    'manifest_needs_one_study',
    'request_malformed',
    'request_timeout',
  ];

  test('is produced by some test', () => {
    expect([...Object.keys(produced), ...elsewhere].toSorted()).toEqual(Object.keys(problems).toSorted());
  });

  test.each(Object.entries(produced))(
    '%s is a document for programs and a page for people',
    async (code, request) => {
      const failing = { handle: () => Promise.reject(new Error(`${PATIENT} at 1.2.3`)) };
      const { server, logged } = createTestGateway({ archive: failing });
      const response = await server.request(request);
      const { status, title, detail } = problems[code as keyof typeof problems]; // a key of the table above
      expect(response.headers['content-type']).toBe('application/problem+json');
      expect(JSON.parse(response.text)).toMatchObject({
        type: `urn:sightline:problem:${code}`,
        title,
        status,
        code,
        detail,
      });
      expect(response.status).toBe(status);

      const page = await server.request({ ...request, headers: { ...request.headers, accept: 'text/html' } });
      expect([page.status, page.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
      expect(page.text).toContain(`<code>${page.headers['x-request-id']}</code>`);
      expect(logged.join('')).not.toContain(PATIENT);
    },
  );

  test.each([
    [
      'two lengths',
      'POST /view HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'a length and chunks',
      'POST /view HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'an unknown coding',
      'POST /view HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n',
    ],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : localhost\r\n\r\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a header of 20 kB', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('request_malformed answers a request with %s', async (_name, text) => {
    const port = await listen(createTestGateway().server);
    expect(await exchange(port, text)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('request_malformed and request_timeout come from the parser', async () => {
    const { server } = createTestGateway({ server: { headersTimeoutMs: 50 } });
    const port = await listen(server);
    const malformed = await exchange(port, 'GET / HTTP/1.1\r\nbad header\r\n\r\n');
    expect(malformed).toMatch(/^HTTP\/1\.1 400 /);
    expect(malformed).toContain('"code":"request_malformed"');
    expect(malformed).toContain('x-content-type-options: nosniff');
    const slow = await exchange(port, 'GET / HTTP/1.1\r\nHost: local');
    expect(slow).toMatch(/^HTTP\/1\.1 408 /);
    expect(slow).toContain('"code":"request_timeout"');
  });
});

test('the log of a whole story names no patient, study, ticket, session or secret', async () => {
  const gateway = createTestGateway();
  const response = await gateway.launch({
    ...(launchOf('1.2.3') as object),
    user: { name: PATIENT },
    label: 'Clinic',
  });
  const { ticket } = JSON.parse(response.text) as { ticket: string };
  const manifestTicket = (JSON.parse((await gateway.launch(launchOf('1.2.3'))).text) as { ticket: string })
    .ticket;
  const { headers } = await gateway.server.request({ url: `/view?ticket=${ticket}` });
  const path = headers['location'] ?? '';
  const cookie = headers['set-cookie']?.split(';', 1)[0] ?? '';
  const manifest = await gateway.server.request({ url: `/launch/${manifestTicket}` });
  const { token } = (JSON.parse(manifest.text) as { auth: { token: string } }).auth;
  await gateway.server.request({ url: path, headers: { cookie } });
  await gateway.server.request({
    url: `${path}dicom-web/studies/1.2.3?PatientName=${PATIENT}`,
    headers: { cookie },
  });
  await gateway.server.request({
    url: `${path}dicom-web/studies`,
    headers: { cookie: 'sightline_session=wrong-one' },
  });
  await gateway.server.request({ url: `/nowhere/1.2.3?PatientName=${PATIENT}` });
  await gateway.launch({ selections: [{ target: { kind: PATIENT } }] });

  const log = gateway.logged.join('');
  expect(gateway.logged.length).toBeGreaterThanOrEqual(8);
  const secrets = [
    ticket,
    manifestTicket,
    token,
    cookie.split('=')[1],
    path.split('/')[2],
    API_KEY,
    'wrong-one',
  ];
  for (const secret of [...secrets, '1.2.3', 'DOE', 'JANE', 'Clinic']) expect(log).not.toContain(secret);
  for (const line of gateway.logged) expect(JSON.parse(line)).toHaveProperty('route');
  expect(log).toContain('"route":"/s/{session}/dicom-web/*"');
});
