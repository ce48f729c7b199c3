import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startPostgres } from '../packages/archive/src/index/postgres-server.contract.ts';
import {
  S3_BUCKET,
  S3_KEYS,
  type S3Double,
  startS3Double,
} from '../packages/archive/src/test-support/s3-double.ts';
import { askDicomWeb } from './support/dimse-gateway.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/dicom');
const files = ['coronal.dcm', 'implicit.dcm', 'jpeg-baseline.dcm'].map((name) => join(FIXTURES, name));

const environmentOf = (s3: S3Double) => ({
  SIGHTLINE_BLOBS: `s3://${S3_BUCKET}/e2e?endpoint=${s3.endpoint}&region=eu-west-1`,
  AWS_ACCESS_KEY_ID: S3_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: S3_KEYS.secretAccessKey,
});

async function started(environment: Readonly<Record<string, string>>): Promise<TestGateway> {
  const gateway = await startGateway({ environment, imports: [], dataDir: dataFolder() });
  onTestFinished(() => gateway.stop());
  return gateway;
}

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-stores-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function store(gateway: TestGateway, file: string): Promise<number> {
  const response = await fetch(`${gateway.url}/dicom-web/studies`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.apiKey}`,
      'content-type': 'multipart/related; type="application/dicom"; boundary=b',
      accept: 'application/dicom+json',
    },
    body: Buffer.concat([
      Buffer.from('--b\r\nContent-Type: application/dicom\r\n\r\n'),
      readFileSync(file),
      Buffer.from('\r\n--b--\r\n'),
    ]),
  });
  await response.arrayBuffer();
  return response.status;
}

type Found = readonly Record<string, { readonly Value?: readonly string[] }>[];

async function instances(gateway: TestGateway): Promise<readonly string[]> {
  const response = await askDicomWeb(gateway, '/instances', 'application/dicom+json');
  const found = (await response.json()) as Found; // QIDO-RS, PS3.18 F.2
  return found.map((each) => {
    const [study, series, sop] = ['0020000D', '0020000E', '00080018'].map((tag) => each[tag]?.Value?.[0]);
    return `/studies/${study}/series/${series}/instances/${sop}`;
  });
}

const ORIGINAL = 'application/dicom; transfer-syntax=*';

test('a gateway over S3 and PostgreSQL stores, finds and gives back every byte', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres?.remove());
  const s3 = await startS3Double();
  const gateway = await started({
    ...environmentOf(s3),
    ...(postgres && { SIGHTLINE_INDEX: postgres.url }),
  });
  for (const file of files) expect(await store(gateway, file)).toBe(200);
  const paths = await instances(gateway);
  expect(paths).toHaveLength(files.length);
  const answers = await Promise.all(paths.map((path) => askDicomWeb(gateway, path, ORIGINAL)));
  const bytes = await Promise.all(answers.map(async (each) => Buffer.from(await each.arrayBuffer())));
  const asText = (list: readonly Buffer[]) => list.map((each) => each.toString('base64')).sort();
  expect(asText(bytes)).toEqual(asText(files.map((file) => readFileSync(file))));
  const frame = await askDicomWeb(gateway, `${paths[0]}/frames/1`, 'application/octet-stream');
  expect(frame.status).toBe(200);
  expect(gateway.output()).not.toContain(S3_KEYS.secretAccessKey);
});

test('one object that the store lost is an error of its own; the others are shown', async () => {
  const s3 = await startS3Double();
  const gateway = await started(environmentOf(s3));
  for (const file of files) await store(gateway, file);
  const [lost] = s3.objects.keys();
  s3.objects.delete(lost ?? '');
  const answers = await Promise.all(
    (await instances(gateway)).map((path) => askDicomWeb(gateway, path, ORIGINAL)),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(files.length - 1);
  const failed = answers.find(({ status }) => status !== 200);
  expect(await failed?.text()).toContain('stored_object_damaged');
});

test('while the store says SlowDown nothing is lost, and nothing of it is told', async () => {
  const s3 = await startS3Double();
  const gateway = await started(environmentOf(s3));
  await store(gateway, files[0] ?? '');
  s3.faults.push(
    { method: 'PUT', kind: 'SlowDown', times: 99 },
    { method: 'GET', kind: 'ExpiredToken', status: 400, times: 99 },
  );
  expect(await store(gateway, files[1] ?? '')).toBe(503);
  const [path = ''] = await instances(gateway);
  const answer = await askDicomWeb(gateway, path, ORIGINAL);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await answer.json()).toMatchObject({ code: 'storage_unavailable' });
  s3.faults.length = 0;
  expect((await askDicomWeb(gateway, path, ORIGINAL)).status).toBe(200);
  expect(await store(gateway, files[1] ?? '')).toBe(200);
  for (const secret of Object.values(S3_KEYS)) expect(gateway.output()).not.toContain(secret);
});

test('a store that refuses the key stops the start with a sentence', async () => {
  const s3 = await startS3Double();
  const environment = { ...environmentOf(s3), AWS_SECRET_ACCESS_KEY: 'of-somebody-else' };
  await expect(started(environment)).rejects.toThrow(
    'The store that SIGHTLINE_BLOBS names cannot be read (SignatureDoesNotMatch)',
  );
});
