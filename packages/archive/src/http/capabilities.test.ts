import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { ask, openArchive, ROOT } from '../test-support/in-process.ts';
import { studiesService } from './studies-service.ts';

const capabilities = async (
  headers: Record<string, string> = {},
  options: { canStore?: boolean; canDelete?: boolean } = {},
) => ask(await openArchive(), '/', { method: 'OPTIONS', headers, ...options });

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

function parse(xml: string): Element {
  const open: Element[] = [{ name: '', attributes: {}, children: [] }];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes, children: [] };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return open[0]!.children[0]!;
}

const all = (element: Element, name: string): Element[] => [
  ...(element.name === name ? [element] : []),
  ...element.children.flatMap((child) => all(child, name)),
];

test('WADL names every resource and method of the service, below the address that was asked', async () => {
  const answer = await capabilities();
  expect([answer.status, answer.headers['content-type'], answer.headers['allow']]).toEqual([
    200,
    'application/vnd.sun.wadl+xml',
    'OPTIONS',
  ]);
  const application = parse(answer.text);
  expect([application.name, application.attributes['xmlns']]).toEqual([
    'application',
    'http://wadl.dev.java.net/2009/02',
  ]);
  const [resources] = application.children;
  expect([resources!.name, resources!.attributes['base']]).toEqual(['resources', `${ROOT}/`]);
  const found: string[] = [];
  const walk = (element: Element, path: string): void => {
    for (const child of element.children) {
      if (child.name === 'method') found.push(`${child.attributes['name']} ${path}`);
      if (child.name === 'resource') walk(child, `${path}/${child.attributes['path']}`.replace(/\/$/, ''));
    }
  };
  walk(resources!, '');
  const names: Record<string, string> = {
    '{study}': '{StudyInstance}',
    '{series}': '{SeriesInstance}',
    '{instance}': '{SOPInstance}',
    '{frames}': '{FrameList}',
    '{bulk}': '{BulkData}',
    '{transaction}': '{TransactionUID}',
  };
  const expected = studiesService.map(
    ({ method, path }) =>
      `${method} ${path === '/' ? '' : path.replaceAll(/\{\w+\}/g, (name) => names[name]!)}`,
  );
  expect(found.toSorted()).toEqual(expected.toSorted());
  const ids = all(application, 'method').map(({ attributes }) => attributes['id']);
  expect(new Set(ids).size).toBe(ids.length);
});

test('WADL says what a search matches and a retrieve answers', async () => {
  const application = parse((await capabilities()).text);
  const method = (id: string) =>
    all(application, 'method').find(({ attributes }) => attributes['id'] === id)!;
  const names = (id: string) => all(method(id), 'param').map(({ attributes }) => attributes['name']);
  expect(names('SearchStudies')).toEqual(
    expect.arrayContaining(['PatientName', 'limit', 'includefield', 'Accept']),
  );
  expect(names('SearchStudies')).not.toContain('SOPInstanceUID');
  expect(names('SearchStudiesStudySeriesSeriesInstances')).not.toContain('PatientName');
  expect(names('RetrieveStudiesStudySeriesSeriesInstancesInstanceFramesFramesRendered')).toContain('window');
  const types = all(method('RetrieveStudiesStudy'), 'representation').map(
    ({ attributes }) => attributes['mediaType'],
  );
  expect(types[0]).toBe('multipart/related; type="application/dicom"');
  expect(all(all(method('StoreStudies'), 'request')[0]!, 'representation')).toHaveLength(6);
});

test('JSON says the same', async () => {
  const answer = await capabilities({ accept: 'application/json' });
  expect(answer.headers['content-type']).toBe('application/json');
  const { application } = answer.json<{
    application: { resources: { base: string; resource: { path: string }[] } };
  }>();
  expect(application.resources.base).toBe(`${ROOT}/`);
  expect(application.resources.resource.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['studies', 'series', 'instances']),
  );
});

test('what the session may not do is not among it', async () => {
  const { text } = await capabilities({}, { canStore: false, canDelete: false });
  expect(text).toContain('id="SearchStudies"');
  expect(text).not.toContain('id="Store');
  expect(text).not.toContain('"DELETE"');
});

test('another media type is refused', async () => {
  expect((await capabilities({ accept: 'text/html' })).status).toBe(406);
});

test('a preflight of a browser is not taken for the question, and finds no permission', async () => {
  const headers = { origin: 'https://x', 'access-control-request-method': 'GET' };
  for (const path of ['/', '/studies']) {
    const answer = await ask(await openArchive(), path, { method: 'OPTIONS', headers });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers['vary']).toContain('origin');
  }
});

test('OPTIONS of every resource says what it answers', async () => {
  const archive = await openArchive();
  for (const path of new Set(studiesService.map((row) => row.path))) {
    if (path === '/') continue;
    const answer = await ask(archive, path.replaceAll(/\{\w+\}/g, '1.2.3'), { method: 'OPTIONS' });
    expect(answer.status, path).toBe(204);
    const methods = studiesService.filter((row) => row.path === path).map(({ method }) => method);
    expect(answer.headers['allow']?.split(', ')).toEqual(
      expect.arrayContaining([...methods, 'OPTIONS', ...(methods.includes('GET') ? ['HEAD'] : [])]),
    );
  }
  expect((await ask(archive, '/nothing', { method: 'OPTIONS' })).status).toBe(404);
});
