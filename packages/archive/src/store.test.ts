import { createHash } from 'node:crypto';
import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DicomError } from '@sightline/dicom';
import { expect, test } from 'vitest';
import { BlobError, type BlobStore, type Staging } from './blobs/blob-store.ts';
import { openFileBlobs } from './blobs/file.ts';
import { openStaging } from './blobs/staging.ts';
import { type ArchiveParts, createArchive } from './create-archive.ts';
import { openSqliteIndex } from './index/sqlite.ts';
import {
  ask,
  audit,
  clock,
  once,
  openArchive,
  reader,
  renderer,
  temporaryFolder,
} from './test-support/in-process.ts';
import {
  deflated,
  EXPLICIT,
  frameBytes,
  JPEG_2000_LOSSLESS,
  pn,
  synthetic,
} from './test-support/synthetic.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const INSTANCE = '/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1';
const asStored = { headers: { accept: 'application/dicom; transfer-syntax=*' } };

/** Names of the blobs in the folder, temporary files among them. */
const filesIn = (folder: string): string[] =>
  readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

test('what is stored comes back bit for bit', async () => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  const file = synthetic({ frames: [frameBytes(1)] });
  expect(await archive.isEmpty()).toBe(true);
  expect(await archive.store(once(file))).toEqual({
    kind: 'stored',
    studyInstanceUid: '1.2.3',
    seriesInstanceUid: '1.2.3.1',
    sopInstanceUid: '1.2.3.1.1',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
  });
  expect(Buffer.from((await ask(archive, INSTANCE, asStored)).bytes).equals(file)).toBe(true);
  expect(filesIn(folder)).toEqual([sha256(file)]);
  expect(await archive.isEmpty()).toBe(false);
  expect(await archive.hasStudy('1.2.3')).toBe(true);
  expect(await archive.hasStudy('1.2.4')).toBe(false);
});

test('a deflated file keeps its own bytes, and its frames are read from what it inflates to', async () => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  const file = deflated(synthetic({ frames: [frameBytes(1), frameBytes(2)] }));
  expect((await archive.store(once(file))).kind).toBe('stored');
  expect(filesIn(folder)).toHaveLength(2);
  expect(Buffer.from((await ask(archive, INSTANCE, asStored)).bytes).equals(file)).toBe(true);
  const frame = await ask(archive, `${INSTANCE}/frames/2`, {
    headers: { accept: 'application/octet-stream' },
  });
  expect([...frame.bytes]).toEqual([...frameBytes(2)]);
  expect((await archive.store(once(file))).kind).toBe('identical');
  expect(filesIn(folder)).toHaveLength(2);
});

test('the same file again is a success that changes nothing', async () => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  const file = synthetic();
  await archive.store(once(file));
  expect((await archive.store(once(file))).kind).toBe('identical');
  expect(filesIn(folder)).toEqual([sha256(file)]);
});

test('another object under the same UID is refused, and the first stays', async () => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  const first = synthetic();
  await archive.store(once(first));
  const second = synthetic({ attributes: { '00100010': pn('Other^Patient') } });
  expect(await archive.store(once(second))).toMatchObject({
    kind: 'refused',
    code: 'conflict',
    sopInstanceUid: '1.2.3.1.1',
  });
  expect(Buffer.from((await ask(archive, INSTANCE, asStored)).bytes).equals(first)).toBe(true);
  expect(filesIn(folder)).toEqual([sha256(first)]);
});

test('of fifty stores at once of one UID exactly one object stays, and everyone is told the truth', async () => {
  const folder = temporaryFolder();
  // Two processes would each have their own: so do these.
  const archives = [await openArchive(folder), await openArchive(folder, 'beside')];
  const files = [synthetic(), synthetic({ attributes: { '00100010': pn('Other^Patient') } })];
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, async (_, at) => {
      const file = files[at % 3 === 0 ? 1 : 0]!;
      const outcome = await archives[at % 2]!.store(once(file));
      return { file, result: outcome.kind === 'refused' ? outcome.code : outcome.kind };
    }),
  );
  const stored = outcomes.filter(({ result }) => result === 'stored');
  expect(stored).toHaveLength(1);
  const winner = stored[0]!.file;
  for (const { file, result } of outcomes) {
    expect(file === winner ? ['stored', 'identical'] : ['conflict']).toContain(result);
  }
  expect(filesIn(folder)).toEqual([sha256(winner)]);
  for (const archive of archives) {
    expect(Buffer.from((await ask(archive, INSTANCE, asStored)).bytes).equals(winner)).toBe(true);
  }
});

test.each([
  ['nothing', new Uint8Array(0), 'not_dicom'],
  ['something else', new TextEncoder().encode('a letter, not an image'.repeat(50)), 'not_dicom'],
  ['a file cut in its pixel data', synthetic({ frames: [frameBytes(1)] }).subarray(0, -7), 'truncated'],
  ['a hostile UID', synthetic({ study: '1.2/../../etc' }), 'bad_uid'],
])('%s is refused by name and leaves nothing', async (_, bytes, code) => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  expect(await archive.store(once(bytes))).toEqual({ kind: 'refused', code });
  expect(filesIn(folder)).toEqual([]);
  expect(await archive.isEmpty()).toBe(true);
});

test('a source that breaks rejects and leaves nothing', async () => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  async function* broken() {
    yield synthetic().subarray(0, 200);
    throw new Error('connection lost');
  }
  await expect(archive.store(broken())).rejects.toThrow('connection lost');
  expect(filesIn(folder)).toEqual([]);
});

/** An archive over parts of which one or the other is not the usual one. */
function archiveOf(folder: string, changed: Partial<ArchiveParts>) {
  const blobs = openFileBlobs(join(folder, 'blobs'));
  return createArchive({
    index: openSqliteIndex(':memory:'),
    blobs,
    staging: openStaging(join(folder, 'blobs', 'tmp'), changed.blobs ?? blobs),
    reader,
    renderer,
    audit,
    clock,
    newBoundary: () => 'b',
    ...changed,
  });
}

test('a reader that fails for another reason than the file rejects and leaves nothing', async () => {
  const folder = temporaryFolder();
  const fail = () => Promise.reject(new Error('the worker ended'));
  const archive = archiveOf(folder, { reader: { read: fail, take: fail } });
  await expect(archive.store(once(synthetic()))).rejects.toThrow('the worker ended');
  expect(filesIn(folder)).toEqual([]);
});

/** A disk that is full at one of the three moments at which that can show. */
function fullAt(moment: 'stage' | 'publish' | 'index') {
  const folder = temporaryFolder();
  const full = () => Promise.reject(new BlobError('out_of_space'));
  const real = openFileBlobs(join(folder, 'blobs'));
  const blobs: BlobStore = moment === 'publish' ? { ...real, put: full } : real;
  const staging = openStaging(join(folder, 'blobs', 'tmp'), blobs);
  const fullStaging: Staging = { ...staging, stage: full, stageBy: full };
  const index = openSqliteIndex(':memory:');
  const archive = archiveOf(folder, {
    blobs,
    staging: moment === 'stage' ? fullStaging : staging,
    index: moment === 'index' ? { ...index, add: async () => 'out_of_space' as const } : index,
  });
  return { folder, archive };
}

test.each(['stage', 'publish', 'index'] as const)(
  'a disk that is full at %s refuses and leaves nothing',
  async (moment) => {
    const { folder, archive } = fullAt(moment);
    expect(await archive.store(once(synthetic()))).toMatchObject({ kind: 'refused', code: 'out_of_space' });
    expect(filesIn(folder)).toEqual([]);
  },
);

test('bytes that a clean-up took before they were recorded are put again', async () => {
  const folder = temporaryFolder();
  const blobs = openFileBlobs(join(folder, 'blobs'));
  let puts = 0;
  const losing: BlobStore = {
    ...blobs,
    async put(hash, file, size) {
      await blobs.put(hash, file, size);
      puts += 1;
      if (puts === 1) await blobs.remove(hash);
    },
  };
  const archive = archiveOf(folder, { blobs: losing });
  const file = synthetic();
  expect((await archive.store(once(file))).kind).toBe('stored');
  expect([puts, filesIn(folder)]).toEqual([2, [sha256(file)]]);
});

test('every refusal of the reader is an outcome', async () => {
  const refuse = () => Promise.reject(new DicomError('too_large'));
  const archive = archiveOf(temporaryFolder(), { reader: { read: refuse, take: refuse } });
  expect(await archive.store(once(synthetic()))).toEqual({ kind: 'refused', code: 'too_large' });
});

test('bytes that went missing come back with the same file', async () => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  const file = synthetic();
  await archive.store(once(file));
  await openFileBlobs(join(folder, 'blobs')).remove(sha256(file));
  expect((await ask(archive, INSTANCE, asStored)).status).toBe(500);
  expect((await archive.store(once(file))).kind).toBe('identical');
  expect((await ask(archive, INSTANCE, asStored)).status).toBe(200);
});

test('bytes that the disk cut or changed come back with the same file, while the server has the damaged ones open', async () => {
  const folder = temporaryFolder();
  const server = await openArchive(folder);
  const beside = await openArchive(folder, 'beside');
  const file = synthetic({ frames: [frameBytes(1)] });
  await server.store(once(file));
  const hash = sha256(file);
  const path = join(folder, 'blobs', hash.slice(0, 2), hash);
  const read = async () => Buffer.from((await ask(server, INSTANCE, asStored)).bytes);
  for (const archive of [server, beside]) {
    truncateSync(path, 5);
    expect((await ask(server, INSTANCE, asStored)).status).toBe(500);
    expect((await archive.store(once(file))).kind).toBe('identical');
    expect((await read()).equals(file)).toBe(true);
  }
  writeFileSync(path, Buffer.alloc(file.length, 7));
  expect((await ask(server, INSTANCE, asStored)).status).toBe(500);
  expect((await server.store(once(file))).kind).toBe('identical');
  expect((await read()).equals(file)).toBe(true);
});

test('a frame of which the disk changed one bit is not given, and another of the object is', async () => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  for (const transferSyntaxUid of [EXPLICIT, JPEG_2000_LOSSLESS]) {
    const instance = transferSyntaxUid === EXPLICIT ? '1.2.3.1.1' : '1.2.3.1.2';
    const frames = [frameBytes(1), frameBytes(9)];
    const file = Buffer.from(synthetic({ frames, instance, transferSyntaxUid }));
    await archive.store(once(file));
    const changed = Buffer.from(file);
    changed[file.indexOf(frameBytes(9)) + 3]! ^= 4;
    writeFileSync(join(folder, 'blobs', sha256(file).slice(0, 2), sha256(file)), changed);
    const path = `/studies/1.2.3/series/1.2.3.1/instances/${instance}/frames`;
    const accept = { headers: { accept: 'application/octet-stream; transfer-syntax=*' } };
    const asked = [await ask(archive, `${path}/1`, accept), await ask(archive, `${path}/2`, accept)];
    expect(asked.map(({ status }) => status)).toEqual([200, 500]);
  }
});

test('the inflated data of a deflated file come back with the file as well', async () => {
  const folder = temporaryFolder();
  const archive = await openArchive(folder);
  const file = deflated(synthetic({ frames: [frameBytes(1), frameBytes(2)] }));
  await archive.store(once(file));
  const derived = filesIn(folder).find((name) => name !== sha256(file))!;
  await openFileBlobs(join(folder, 'blobs')).remove(derived);
  expect((await archive.store(once(file))).kind).toBe('identical');
  expect(filesIn(folder)).toContain(derived);
});

test('the first image of a study is of its first series that has one', async () => {
  const archive = await openArchive();
  expect(await archive.firstImage('1.2.3')).toBeUndefined();
  await archive.store(once(synthetic({ series: '1.2.3.9', instance: '1.2.3.9.1' })));
  expect(await archive.firstImage('1.2.3')).toBeUndefined();
  const number = (n: number) => ({ '00200011': { vr: 'IS', Value: [n] } }) as const;
  const frames = [frameBytes(1)];
  await archive.store(
    once(synthetic({ series: '1.2.3.5', instance: '1.2.3.5.1', frames, attributes: number(5) })),
  );
  await archive.store(
    once(synthetic({ series: '1.2.3.4', instance: '1.2.3.4.1', frames, attributes: number(4) })),
  );
  const first = await archive.firstImage('1.2.3');
  expect(first).toMatchObject({ studyInstanceUid: '1.2.3', sopInstanceUid: '1.2.3.4.1', frame: 1 });
  expect(first?.metadata['00280010']).toEqual({ vr: 'US', Value: [2] });
});

test('lists studies newest first, a page at a time', async () => {
  const archive = await openArchive();
  for (const [study, date] of [
    ['1.1', '20240101'],
    ['1.2', '20240303'],
    ['1.3', '20240202'],
  ] as const) {
    const attributes = { '00080020': { vr: 'DA', Value: [date] } } as const;
    await archive.store(
      once(synthetic({ study, series: `${study}.1`, instance: `${study}.1.1`, attributes })),
    );
  }
  const uids = (studies: Awaited<ReturnType<typeof archive.listStudies>>) =>
    studies.map((study) => study['0020000D']?.Value?.[0]);
  expect(uids(await archive.listStudies())).toEqual(['1.2', '1.3', '1.1']);
  expect(uids(await archive.listStudies({ limit: 1, offset: 1 }))).toEqual(['1.3']);
});
