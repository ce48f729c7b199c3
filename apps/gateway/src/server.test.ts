import { connect } from 'node:net';
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

/** What comes back for a text, up to the end of the connection. */
function exchangeText(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1');
    socket.on('data', (piece) => (answer += piece));
    socket.once('close', () => resolve(answer));
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

  test('says no length in the answer to HEAD where the handler knows none, rather than 0', async () => {
    const handle: Route['handle'] = () => ({ status: 200, headers: { 'content-type': 'text/plain' } });
    const routes: readonly Route[] = [{ path: '/streamed', methods: ['GET'], handle }];
    const server = createServer({ routes, log: createLog('silent', { write: () => {} }) });
    const { headers } = await server.request({ method: 'HEAD', url: '/streamed' });
    expect(headers['content-length']).toBeUndefined();
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

  test('stops at once though connections are open on which nothing is asked, or no more', async () => {
    const server = createTestGateway().server;
    const port = await listen(server);
    const texts = ['', 'GET / HT', 'POST /view HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n'];
    const ends = texts.map(
      (text) =>
        new Promise<void>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => socket.write(text));
          socket.resume();
          socket.on('error', () => {});
          socket.once('close', () => resolve());
        }),
    );
    await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    await server.close(2 ** 30);
    await Promise.all(ends);
  });

  test('never puts words of its own into an answer that has begun', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(65_536);
    }
    const route: Route = {
      path: '/endless',
      methods: ['GET'],
      handle: () => ({ status: 200, headers: {}, body: endless() }),
    };
    const port = await listen(
      createServer({ routes: [route], log: createLog('silent', { write: () => {} }) }),
    );
    const received: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    );
    socket.once('data', () => socket.write('not a request\r\n\r\n'));
    socket.on('data', (bytes) => received.push(bytes));
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve));
    const text = Buffer.concat(received).toString('latin1');
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    expect(text.slice(1)).not.toContain('HTTP/1.1');
  });

  test.each([
    ['without a host', 'GET /healthz HTTP/1.1', 400, 'request_malformed'],
    [
      'with an expectation',
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\nExpect: more',
      400,
      'request_malformed',
    ],
    ['that is not HTTP', 'GET', 400, 'request_malformed'],
  ])('answers a request %s in its own words', async (_, head, status, code) => {
    const port = await listen(createTestGateway().server);
    const answer = await exchangeText(port, `${head}\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain(`"code":"${code}"`);
    expect(answer.toLowerCase()).toContain('\r\ncontent-security-policy: ');
  });

  test('takes a whole URL as the target', async () => {
    const handle: Route['handle'] = ({ root, path, query }) => ({
      status: 200,
      headers: {},
      body: JSON.stringify([root, path, query]),
    });
    const routes: Route[] = [{ path: '/below/*', methods: ['GET'], handle }];
    const port = await listen(createServer({ routes, log: createLog('silent', { write: () => {} }) }));
    const head = 'Host: localhost\r\nConnection: close\r\n\r\n';
    for (const origin of ['', `http://localhost:${port}`]) {
      const answer = await exchangeText(port, `GET ${origin}/below/a/b?c HTTP/1.1\r\n${head}`);
      expect(answer).toContain('["/below","/a/b","c"]');
    }
  });

  test('answers an unreadable media type in its own words, known address or not', async () => {
    const { server } = createTestGateway();
    const post = (url: string) =>
      server.request({ method: 'POST', url, body: 'x', headers: { ...authorised, 'content-type': 'x' } });
    expect(JSON.parse((await post('/api/launches')).text)).toMatchObject({ code: 'media_type_unsupported' });
    expect(JSON.parse((await post('/nowhere')).text)).toMatchObject({ code: 'not_found' });
  });

  test('refuses an invented ticket or session of any length like any other', async () => {
    const { server } = createTestGateway();
    const long = 'a'.repeat(5000);
    expect((await server.request({ url: `/launch/${long}` })).status).toBe(404);
    expect((await server.request({ url: `/s/${long}/` })).status).toBe(401);
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

test('the log of a failed request says why, with a code of the catalogue', async () => {
  const gateway = createTestGateway();
  gateway.parts.archive.handle = async () => ({ status: 500, headers: {}, problem: 'stored_object_damaged' });
  const { path, cookie } = await gateway.open('1.2.3');
  await gateway.server.request({ url: `${path}dicom-web/studies/1.2.3`, headers: { cookie } });
  await gateway.server.request({ url: '/view?ticket=none' });
  const codes = gateway.logged.map((line) => (JSON.parse(line) as { code?: string }).code);
  expect(codes).toContain('stored_object_damaged');
  expect(codes).toContain('ticket_not_usable');
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

test('the root of the archive is the same with and without a slash at its end', async () => {
  const { server } = createTestGateway();
  const ask = (url: string, headers = {}) => server.request({ method: 'OPTIONS', url, headers });
  const answer = await ask('/dicom-web', authorised);
  expect(answer.status).toBe(200);
  expect(answer.text).toBe((await ask('/dicom-web/', authorised)).text);
  expect((await ask('/dicom-web')).status).toBe(401);
  expect((await server.request({ url: '/dicom-web', headers: authorised })).status).toBe(
    (await server.request({ url: '/dicom-web/', headers: authorised })).status,
  );
});
