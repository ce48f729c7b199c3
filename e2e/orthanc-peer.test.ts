import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Orthanc, startOrthanc } from '../bench/orthanc.ts';
import { askDicomWeb, type DimseGateway, startDimseGateway } from './support/dimse-gateway.ts';
import { isInstalled } from './support/programs.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/dicom');

describe.runIf(isInstalled('Orthanc'))('Orthanc', () => {
  let folder: string;
  let orthanc: Orthanc | undefined;
  let gateway: DimseGateway;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sightline-orthanc-'));
    orthanc = await startOrthanc(join(folder, 'orthanc'));
    gateway = await startDimseGateway(folder, [{ aeTitle: 'ORTHANC', port: orthanc?.dicomPort ?? 1 }]);
    await ask('PUT', '/modalities/sightline', {
      AET: 'SIGHTLINE',
      Host: '127.0.0.1',
      Port: gateway.dimsePort,
    });
    await ask('PUT', '/dicom-web/servers/sightline', {
      Url: `${gateway.url}/dicom-web/`,
      HttpHeaders: { Authorization: `Bearer ${gateway.apiKey}` },
    });
  });

  afterAll(async () => {
    await orthanc?.stop();
    await gateway?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const isFile = body instanceof Uint8Array;
    const response = await fetch(`${orthanc?.url}${path}`, {
      method,
      ...(body !== undefined && { body: isFile ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Orthanc answered ${response.status} to ${method} ${path}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T; // the test says what it expects
  }

  /** Puts a fixture into Orthanc; its instance and its study there, and the study's UID. */
  async function upload(name: string) {
    const { ID, ParentStudy } = await ask<{ ID: string; ParentStudy: string }>(
      'POST',
      '/instances',
      readFileSync(join(FIXTURES, name)),
    );
    const { MainDicomTags } = await ask<{ MainDicomTags: { StudyInstanceUID: string } }>(
      'GET',
      `/studies/${ParentStudy}`,
    );
    return { instance: ID, study: ParentStudy, uid: MainDicomTags.StudyInstanceUID };
  }

  const isHere = async (study: string): Promise<boolean> => {
    const found = await askDicomWeb(gateway, `/studies?StudyInstanceUID=${study}`, 'application/dicom+json');
    return found.status === 200 && ((await found.json()) as readonly unknown[]).length === 1;
  };

  test('sends by C-STORE, finds by C-FIND and brings back by C-MOVE', async () => {
    const { instance, study, uid } = await upload('coronal.dcm');
    await ask('POST', '/modalities/sightline/echo', {});
    await ask('POST', '/modalities/sightline/store', { Resources: [instance], Synchronous: true });
    expect(await isHere(uid)).toBe(true);
    await ask('DELETE', `/studies/${study}`);
    const { ID } = await ask<{ ID: string }>('POST', '/modalities/sightline/query', {
      Level: 'Study',
      Query: { PatientName: 'sightline*', StudyInstanceUID: uid },
    });
    expect(await ask<readonly string[]>('GET', `/queries/${ID}/answers`)).toHaveLength(1);
    await ask('POST', `/queries/${ID}/retrieve`, { TargetAet: 'ORTHANC', Synchronous: true });
    expect(await ask<readonly string[]>('GET', '/studies')).toContain(study);
  });

  test('sends by STOW-RS, searches by QIDO-RS and brings back by WADO-RS', async () => {
    const { instance, study, uid } = await upload('jpeg-ls-lossless.dcm');
    const server = '/dicom-web/servers/sightline';
    await ask('POST', `${server}/stow`, { Resources: [instance], Synchronous: true });
    expect(await isHere(uid)).toBe(true);
    await ask('DELETE', `/studies/${study}`);
    const found = await ask<Record<string, { Value: string }>>('POST', `${server}/qido`, {
      Uri: '/studies',
      Arguments: { StudyInstanceUID: uid },
    });
    expect(JSON.stringify(found)).toContain(uid);
    await ask('POST', `${server}/retrieve`, { Resources: [{ Study: uid }], Synchronous: true });
    expect(await ask<readonly string[]>('GET', '/studies')).toContain(study);
  });
});
