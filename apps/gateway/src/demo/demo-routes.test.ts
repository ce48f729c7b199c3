import type { DicomDataset } from '@sightline/dicom';
import { expect, test } from 'vitest';
import { createTestGateway, type TestGateway } from '../testing/test-gateway.ts';

function study(
  uid: string,
  values: Partial<Record<'name' | 'id' | 'born' | 'date' | 'text', string>> = {},
): DicomDataset {
  return {
    '00080020': { vr: 'DA', Value: [values.date ?? '20250612'] },
    '00080061': { vr: 'CS', Value: ['CT', 'DOC'] },
    '00081030': { vr: 'LO', Value: [values.text ?? 'CT head'] },
    '00100010': { vr: 'PN', Value: [{ Alphabetic: values.name ?? 'DEMO^ANNA' }] },
    '00100020': { vr: 'LO', Value: [values.id ?? 'P1'] },
    '00100030': { vr: 'DA', Value: [values.born ?? '19580317'] },
    '0020000D': { vr: 'UI', Value: [uid] },
    '00201206': { vr: 'IS', Value: [2] },
    '00201208': { vr: 'IS', Value: [151] },
  };
}

function gatewayWith(studies: readonly DicomDataset[]): TestGateway {
  const listStudies = ({ limit = 1000 } = {}) => Promise.resolve(studies.slice(0, limit));
  return createTestGateway({ demo: true, archive: { listStudies } });
}

const ownPage = { 'sec-fetch-site': 'same-origin', origin: 'http://localhost' };

function post(gateway: TestGateway, body: string, headers: Readonly<Record<string, string>> = ownPage) {
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return gateway.server.request({
    method: 'POST',
    url: '/demo/launch',
    headers: { ...type, ...headers },
    body,
  });
}

test('nothing of the portal exists while the demo is off', async () => {
  const gateway = createTestGateway({ demo: false });
  for (const url of ['/demo', '/demo/portal.css', '/demo/portal.js']) {
    expect((await gateway.server.request({ url })).status).toBe(404);
  }
  expect((await post(gateway, 'study=1.2.3&open=viewer')).status).toBe(404);
});

test('a study is listed with what identifies it, and dates are written out', async () => {
  const { text, status } = await gatewayWith([study('1.2.3')]).server.request({ url: '/demo' });
  expect(status).toBe(200);
  for (const part of ['DEMO, ANNA', 'P1', '1958-03-17', '2025-06-12', 'CT, DOC', 'CT head', '>151<']) {
    expect(text).toContain(part);
  }
});

test('an empty archive says how to fill it', async () => {
  const { text } = await gatewayWith([]).server.request({ url: '/demo' });
  expect(text).toContain('No studies yet');
  expect(text).toContain('npx sightline import');
});

test('markup in a name, an ID or a description is shown, never obeyed', async () => {
  const hostile = `<script>alert(1)</script>" onload='x'`;
  const { text } = await gatewayWith([
    study('1.2.3', { name: hostile, id: hostile, text: hostile, born: hostile }),
  ]).server.request({ url: '/demo' });
  expect(text).not.toContain('<script>alert');
  expect(text).not.toMatch(/" onload=/);
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
});

test('a study whose UID is none is left out rather than offered', async () => {
  const { text } = await gatewayWith([study('1.2.3'), study('"><b>'), study('1.02.3')]).server.request({
    url: '/demo',
  });
  expect(text.match(/Open in Sightline/g)).toHaveLength(1);
});

test('a long archive is cut, and the page says so', async () => {
  const many = Array.from({ length: 205 }, (_, i) => study(`1.2.${i + 1}`, { id: `P${i}` }));
  const { text } = await gatewayWith(many).server.request({ url: '/demo' });
  expect(text).toContain('The newest 200 studies');
});

test('the page runs nothing inline, and may send forms only here and to the desktop viewer', async () => {
  const { headers, text } = await gatewayWith([study('1.2.3')]).server.request({ url: '/demo' });
  const policy = headers['content-security-policy'] ?? '';
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("form-action 'self' dnviewer:;");
  expect(policy).not.toContain('unsafe');
  expect(text).not.toMatch(/<script>|<style>| style=| on\w+=/);
});

test('the code to copy names this study and a variable instead of the key', async () => {
  const { text } = await gatewayWith([study('1.2.3.4')]).server.request({ url: '/demo' });
  expect(text).toContain('http://localhost/api/launches');
  expect(text).toContain('$SIGHTLINE_API_KEY');
  expect(text).toContain('&quot;studyInstanceUids&quot;:[&quot;1.2.3.4&quot;]');
  expect(text).not.toContain('test-key');
});

test('the button opens the study: 303 to a viewer link that can be redeemed once', async () => {
  const gateway = gatewayWith([study('1.2.3')]);
  const { status, headers } = await post(gateway, 'study=1.2.3&open=viewer');
  expect(status).toBe(303);
  expect(headers['location']).toMatch(/^http:\/\/localhost\/view\?ticket=[\w-]{43}$/);
  const url = headers['location'] ?? '';
  expect((await gateway.server.request({ url })).status).toBe(303);
  expect((await gateway.server.request({ url })).status).toBe(404);
});

test('the DN Viewer button goes to its link', async () => {
  const { status, headers } = await post(gatewayWith([]), 'study=1.2.3&open=dnviewer');
  expect(status).toBe(303);
  expect(headers['location']).toMatch(/^dnviewer:\/\/open\?manifest=http/);
});

test('comparing is offered with the latest earlier study of the same patient, and opens both', async () => {
  const gateway = gatewayWith([
    study('1.2.9', { id: 'P2' }),
    study('1.2.3'),
    study('1.2.2', { date: '20240527' }),
    study('1.2.1', { date: '20230101' }),
    study('1.2.4', { date: '20230101', born: '19990101' }),
  ]);
  const { text } = await gateway.server.request({ url: '/demo' });
  expect(text.match(/Compare with prior/g)).toHaveLength(2);
  expect(text).toMatch(/value="1\.2\.3"><input type="hidden" name="study" value="1\.2\.2"/);
  const { headers } = await post(gateway, 'study=1.2.3&study=1.2.2&open=viewer');
  const ticket = /ticket=(.*)$/.exec(headers['location'] ?? '')?.[1] ?? '';
  expect(gateway.parts.tickets.peek(ticket)?.selections[0]?.target.studyInstanceUids).toEqual([
    '1.2.3',
    '1.2.2',
  ]);
});

test.each([
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'http://evil.example' }],
  ['a sibling host', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:1' }],
  ['another origin, from a browser without fetch metadata', { origin: 'http://evil.example' }],
  ['an opaque origin', { origin: 'null' }],
  ['an address typed by hand', { 'sec-fetch-site': 'none' }],
  ['a program that says nothing', {}],
])('a form from %s is refused', async (_, headers) => {
  const { status, text } = await post(gatewayWith([study('1.2.3')]), 'study=1.2.3&open=viewer', headers);
  expect(status).toBe(403);
  expect(JSON.parse(text)).toMatchObject({ code: 'cross_site_refused' });
});

test.each([
  ['no study', 'open=viewer'],
  ['an empty study', 'study=&open=viewer'],
  ['a study that is no UID', 'study=1.2.3/../x&open=viewer'],
  ['a good and a bad study', 'study=1.2.3&study=x&open=viewer'],
  ['nothing to open it with', 'study=1.2.3'],
  ['an unknown viewer', 'study=1.2.3&open=javascript'],
  ['two studies for a viewer of one', 'study=1.2.3&study=1.2.4&open=dnviewer'],
  ['an empty body', ''],
])('a form with %s is refused', async (_, body) => {
  const { status, text } = await post(gatewayWith([]), body);
  expect(status).toBe(400);
  expect(JSON.parse(text)).toMatchObject({ code: 'launch_unreadable' });
});

test('a body that is no form, and one that is too large, are refused', async () => {
  const gateway = gatewayWith([]);
  expect((await post(gateway, '{}', { ...ownPage, 'content-type': 'application/json' })).status).toBe(400);
  expect((await post(gateway, `study=${'1'.repeat(20_000)}`)).status).toBe(413);
});

test('the log shows no patient and no study', async () => {
  const gateway = gatewayWith([study('1.2.840.99999')]);
  await gateway.server.request({ url: '/demo' });
  await post(gateway, 'study=1.2.840.99999&open=viewer');
  expect(gateway.logged.join('\n')).not.toMatch(/ANNA|99999|ticket=/);
});
