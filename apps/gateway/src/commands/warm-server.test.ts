import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { warmServer } from './warm-server.ts';

async function listening(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(answer!);
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const holding = (studies: readonly object[]) =>
  ({
    listStudies: async () => studies,
    firstImage: async () => ({ studyInstanceUid: '1.2', seriesInstanceUid: '1.3', sopInstanceUid: '1.4' }),
  }) as never;

const study = { '0020000D': { vr: 'UI', Value: ['1.2'] } };

test('searches, and reads the metadata of one series of images, with the key', async () => {
  const asked: (string | undefined)[] = [];
  const keys = new Set<string | undefined>();
  const url = await listening(({ url: path, headers }, response) => {
    asked.push(path);
    keys.add(headers.authorization);
    response.end('[]');
  });
  await warmServer({ archive: holding([study]), url, apiKey: 'abc' });
  expect([...keys]).toEqual(['Bearer abc']);
  expect(asked.filter((path) => path?.startsWith('/dicom-web/studies?')).length).toBeGreaterThan(1);
  expect(asked.slice(-2)).toEqual([
    '/dicom-web/studies/1.2/series',
    '/dicom-web/studies/1.2/series/1.3/metadata',
  ]);
});

test('an empty archive is searched, and one that cannot be reached is no reason not to start', async () => {
  let count = 0;
  const url = await listening((_request, response) => {
    count += 1;
    response.end();
  });
  await warmServer({ archive: holding([]), url, apiKey: 'abc' });
  expect(count).toBeGreaterThan(1);
  const nowhere = await listening((request) => request.socket.destroy());
  await expect(
    warmServer({ archive: holding([study]), url: nowhere, apiKey: 'abc' }),
  ).resolves.toBeUndefined();
});
