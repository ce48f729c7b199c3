import { randomAccess, readPart10, type Part10 } from '@sightline/dicom';
import { parseMediaType, readMultipart, readParts } from '@sightline/dicomweb';
import { expect, test } from 'vitest';
import { ask, once, openArchive, readAll, type Answer } from '../test-support/in-process.ts';
import { deflated, EXPLICIT, frameBytes, JPEG_2000_LOSSLESS, synthetic } from '../test-support/synthetic.ts';
import { transcodingArchive } from '../test-support/transcoding-archive.ts';

const SERIES = '/studies/1.2.3/series/1.2.3.1';
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
const JPEG_LS = '1.2.840.10008.1.2.4.80';
const MPEG2 = '1.2.840.10008.1.2.4.100';
const url = (instance: number): string => `${SERIES}/instances/1.2.3.1.${instance}`;
const of = (instance: number, transferSyntaxUid: string, frames?: readonly Uint8Array[]): Uint8Array =>
  synthetic({
    instance: `1.2.3.1.${instance}`,
    transferSyntaxUid,
    ...(frames && { frames }),
    attributes: { '00200013': { vr: 'IS', Value: [instance] } },
  });

const native = of(1, EXPLICIT, [frameBytes(1)]);
const lossless = of(2, JPEG_2000_LOSSLESS, [Uint8Array.of(7), Uint8Array.of(9)]);
const lossy = of(3, JPEG_BASELINE, [Uint8Array.of(5)]);
const video = of(4, MPEG2, [Uint8Array.of(0, 0, 1, 0xba)]);
const damaged = of(5, JPEG_2000_LOSSLESS, [Uint8Array.of(0xba)]);
const damagedLater = of(6, JPEG_2000_LOSSLESS, [Uint8Array.of(1), Uint8Array.of(0xba)]);

const accept = (value: string) => ({ headers: { accept: value } });
const MULTIPART = 'multipart/related; type="application/dicom"';
const code = (answer: Answer) => [answer.status, answer.json<{ code: string }>().code];
const read = (bytes: Uint8Array): Part10 =>
  readPart10(randomAccess(bytes), {
    inflateRaw: () => {
      throw new Error('not deflated');
    },
  });

async function parts(answer: Answer) {
  const type = parseMediaType(answer.headers['content-type'] ?? '');
  expect([answer.status, type?.type]).toEqual([200, 'multipart/related']);
  const found: { type: string | undefined; bytes: Uint8Array }[] = [];
  for await (const { headers, body } of readParts(
    readMultipart(once(answer.bytes), type!.parameters['boundary']!),
  )) {
    const bytes = new Uint8Array(await readAll(body));
    if (headers['content-length']) expect(bytes).toHaveLength(Number(headers['content-length']));
    found.push({ type: /transfer-syntax=([\d.]+)/.exec(headers['content-type'] ?? '')?.[1], bytes });
  }
  return found;
}

test('a series without a transfer syntax named is Explicit VR Little Endian, but for what was lossy', async () => {
  const archive = await transcodingArchive(native, lossless, lossy, video);
  const found = await parts(await ask(archive, SERIES, accept(MULTIPART)));
  expect(found.map(({ type }) => type)).toEqual([EXPLICIT, EXPLICIT, JPEG_BASELINE, MPEG2]);
  expect(Buffer.from(found[0]!.bytes).equals(native)).toBe(true);
  const { frames, transferSyntaxUid } = read(found[1]!.bytes);
  expect([transferSyntaxUid, frames]).toMatchObject([EXPLICIT, { kind: 'native', count: 2 }]);
  expect(Buffer.from(found[2]!.bytes).equals(lossy)).toBe(true);
});

test('with any transfer syntax nothing is touched, and the length is known', async () => {
  const all = [native, lossless, lossy, video, damaged];
  const archive = await transcodingArchive(...all);
  const answer = await ask(archive, SERIES, accept(`${MULTIPART}; transfer-syntax=*`));
  expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
  const found = await parts(answer);
  expect(found.map(({ bytes }, at) => Buffer.from(bytes).equals(all[at]!))).toEqual(all.map(() => true));
});

test('one transfer syntax for all or none: a video has no other than its own', async () => {
  const archive = await transcodingArchive(native, video);
  const named = accept(`${MULTIPART}; transfer-syntax=${EXPLICIT}`);
  expect(code(await ask(archive, SERIES, named))).toEqual([406, 'transfer_syntax_not_available']);
  const ranges = `${MULTIPART}; transfer-syntax=${EXPLICIT}, ${MULTIPART}; transfer-syntax=*; q=0.1`;
  const found = await parts(await ask(archive, SERIES, accept(ranges)));
  expect(found.map(({ type }) => type)).toEqual([EXPLICIT, MPEG2]);
});

test('one object is given with its length uncompressed, without it compressed', async () => {
  const archive = await transcodingArchive(native, lossless, lossy);
  const plain = await ask(archive, url(2), accept('application/dicom'));
  expect(plain.headers).toMatchObject({
    'content-type': `application/dicom; transfer-syntax=${EXPLICIT}`,
    'content-length': String(plain.bytes.length),
    'content-disposition': 'attachment; filename="1.2.3.1.2.dcm"',
  });
  const { frames } = read(plain.bytes);
  if (frames?.kind !== 'native') throw new Error('not native');
  expect([...plain.bytes.subarray(frames.offset, frames.offset + 32)]).toEqual([
    ...new Uint8Array(16).fill(7),
    ...new Uint8Array(16).fill(9),
  ]);
  const packed = await ask(archive, url(1), accept(`application/dicom; transfer-syntax=${JPEG_LS}`));
  expect([packed.status, packed.headers['content-length']]).toEqual([200, undefined]);
  expect(read(packed.bytes).frames).toMatchObject({ kind: 'encapsulated', frames: [[{ length: 6 }]] });
  // Lossy, and decoded because that is asked for by name: what it lost it goes on saying.
  const decoded = await ask(archive, url(3), accept(`application/dicom; transfer-syntax=${EXPLICIT}`));
  expect(read(decoded.bytes).transferSyntaxUid).toBe(EXPLICIT);
});

test('a deflated object is inflated', async () => {
  const archive = await transcodingArchive(deflated(native));
  const answer = await ask(archive, url(1), accept('application/dicom'));
  expect(answer.headers['content-type']).toBe(`application/dicom; transfer-syntax=${EXPLICIT}`);
  expect(read(answer.bytes).dataset).toEqual(read(native).dataset);
});

test('what cannot be decoded is a status in the first frame, and breaks the answer off later', async () => {
  const archive = await transcodingArchive(damaged, damagedLater);
  expect(code(await ask(archive, url(5), accept('application/dicom')))).toEqual([500, 'frame_damaged']);
  expect(code(await ask(archive, SERIES, accept(MULTIPART)))).toEqual([500, 'frame_damaged']);
  await expect(ask(archive, url(6), accept('application/dicom'))).rejects.toMatchObject({
    code: 'decode_failed',
  });
});

test('an archive without a transcoder gives what it has', async () => {
  const archive = await openArchive();
  await archive.store(once(lossless));
  expect(code(await ask(archive, url(2), accept('application/dicom')))).toEqual([
    406,
    'transfer_syntax_not_available',
  ]);
  expect(code(await ask(archive, `${url(2)}/frames/1`, accept('image/jls')))).toEqual([
    406,
    'not_acceptable',
  ]);
});

test('a frame is compressed for who accepts nothing that is there', async () => {
  const archive = await transcodingArchive(native, lossless);
  const get = (value: string) => ask(archive, `${url(1)}/frames/1`, accept(value));
  const made = await get('image/jls');
  expect([made.headers['content-type'], made.bytes.length]).toEqual([
    `image/jls; transfer-syntax=${JPEG_LS}`,
    5,
  ]);
  expect((await get('image/jls, application/octet-stream; q=0.1')).headers['content-type']).toContain(
    'octet-stream',
  );
  const several = await ask(archive, `${url(2)}/frames/2,1`, accept('multipart/related; type="image/jls"'));
  expect(several.headers['content-length']).toBeUndefined();
  expect((await parts(several)).map(({ type, bytes }) => [type, bytes[0]])).toEqual([
    [JPEG_LS, 9],
    [JPEG_LS, 7],
  ]);
});
