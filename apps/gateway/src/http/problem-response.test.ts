import { connect } from 'node:net';
import { problems } from '@sightline/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { openAuditTrail } from '../audit/audit-trail.ts';
import type { GatewayServer, InjectedRequest } from '../server.ts';
import { openGatewayDatabase } from '../storage/gateway-database.ts';
import { API_KEY, createTestGateway, PATIENT } from '../testing/test-gateway.ts';

const deletion = {
  action: 'deleted',
  at: '2026-01-02T03:04:05.000Z',
  studyInstanceUids: ['1.2'],
  instances: 1,
  outcome: 'begun',
} as const;
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
    'headers_too_large',
    'manifest_needs_one_study',
    'request_malformed',
    'request_timeout',
    'storage_full',
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
  ])('request_malformed answers a request with %s', async (_name, text) => {
    const port = await listen(createTestGateway().server);
    expect(await exchange(port, text)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('storage_full answers where the database has no room left', async () => {
    const database = openGatewayDatabase(':memory:');
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
    database.exec(`PRAGMA max_page_count = ${pages}`);
    const write = () => openAuditTrail(database).write({ ...deletion, actor: { name: 'x'.repeat(100_000) } });
    const { server } = createTestGateway({
      archive: { handle: async () => write().then(() => ({ status: 200, headers: {} })) },
    });
    const answer = await server.request({ url: '/dicom-web/studies', headers: authorised });
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([507, 'storage_full']);
  });

  test('headers_too_large answers a header of 20 kB', async () => {
    const port = await listen(createTestGateway().server);
    const answer = await exchange(
      port,
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"code":"headers_too_large"');
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
