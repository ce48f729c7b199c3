import { describe, expect, test } from 'vitest';
import { MultipartError, multipartLength, readMultipart, writeMultipart, type Part } from './multipart.ts';

const BOUNDARY = 'b0undary';
const encode = (text: string) => new TextEncoder().encode(text);

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk.slice());
  return Buffer.concat(list);
}

async function read(chunks: AsyncIterable<Uint8Array>, boundary = BOUNDARY) {
  const parts: { headers: Readonly<Record<string, string>>; text: string; ended: boolean }[] = [];
  for await (const event of readMultipart(chunks, boundary)) {
    if (event.type === 'part') parts.push({ headers: event.headers, text: '', ended: false });
    const part = parts.at(-1)!;
    if (event.type === 'data') part.text += Buffer.from(event.bytes).toString('latin1');
    if (event.type === 'end') part.ended = true;
  }
  return parts;
}

const parts: readonly Part[] = [
  { headers: { 'Content-Type': 'application/dicom', 'X-A': '1' }, body: encode('first\r\n--b0undar\r\n-') },
  { headers: {}, body: encode('') },
  { headers: { 'Content-Type': 'x/y' }, body: chunked(encode('--b0undary without a line before'), 3) },
];
const expected = [
  {
    headers: { 'content-type': 'application/dicom', 'x-a': '1' },
    text: 'first\r\n--b0undar\r\n-',
    ended: true,
  },
  { headers: {}, text: '', ended: true },
  { headers: { 'content-type': 'x/y' }, text: '--b0undary without a line before', ended: true },
];
const message = await all(writeMultipart(BOUNDARY, parts));

describe('readMultipart', () => {
  test('reads what the writer wrote, whatever the chunks', async () => {
    for (let size = 1; size <= message.length; size += 1) {
      expect(await read(chunked(message, size))).toEqual(expected);
    }
  });

  test('keeps nothing of a chunk, so that its memory can be used for the next', async () => {
    async function* reused(size: number): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunked(message, size)) {
        const memory = Buffer.from(chunk);
        yield memory;
        memory.fill(0);
      }
    }
    for (let size = 1; size <= message.length; size += 1) expect(await read(reused(size))).toEqual(expected);
  });

  test('says so when the message is cut, at every byte', async () => {
    const complete = message.length - '\r\n'.length;
    for (let length = 0; length < complete; length += 1) {
      await expect(read(chunked(message.subarray(0, length), 7))).rejects.toThrow(MultipartError);
    }
    expect(await read(chunked(message.subarray(0, complete), 7))).toEqual(expected);
  });

  test('ignores preamble, epilogue and white space after the boundary', async () => {
    const text = `a preamble\r\n--b0undary \t\r\nA: b\r\n\r\nbody\r\n--b0undary--\r\nepilogue`;
    expect(await read(chunked(encode(text), 5))).toEqual([
      { headers: { a: 'b' }, text: 'body', ended: true },
    ]);
  });

  test('unfolds a folded header and takes the first of a repeated one', async () => {
    const text = `--b0undary\r\nContent-Type: a/b;\r\n  c=d\r\ncontent-type: e/f\r\n\r\n\r\n--b0undary--`;
    expect((await read(chunked(encode(text), 9)))[0]?.headers).toEqual({ 'content-type': 'a/b; c=d' });
  });

  test.each([
    ['line ends of LF only', '--b0undary\nA: b\n\nbody\n--b0undary--\n', 'bad_boundary'],
    ['LF only after a preamble', 'x\n--b0undary\nA: b\n\nbody\n--b0undary--\n', 'cut'],
    ['no closing boundary', '--b0undary\r\n\r\nbody\r\n', 'cut'],
    ['another boundary', '--other\r\n\r\nbody\r\n--other--\r\n', 'cut'],
    ['a boundary that goes on', '--b0undaryX\r\n\r\nbody\r\n--b0undary--\r\n', 'bad_boundary'],
    ['a header without a colon', '--b0undary\r\nheader\r\n\r\nbody\r\n--b0undary--\r\n', 'bad_headers'],
    ['endless headers', `--b0undary\r\nA: ${'x'.repeat(20_000)}\r\n\r\nb\r\n--b0undary--\r\n`, 'bad_headers'],
    [
      'an endless preamble',
      `${'x'.repeat(70_000)}\r\n--b0undary\r\n\r\nb\r\n--b0undary--\r\n`,
      'preamble_too_long',
    ],
    ['nothing at all', '', 'cut'],
  ])('refuses %s', async (_, text, code) => {
    await expect(read(chunked(encode(text), 1000))).rejects.toMatchObject({ code });
  });

  test('reads a boundary of 73 characters, as Orthanc sends', async () => {
    const long = 'x'.repeat(73);
    const text = `--${long}\r\n\r\nbody\r\n--${long}--\r\n`;
    await expect(read(chunked(new TextEncoder().encode(text), 10), long)).resolves.toHaveLength(1);
  });

  test('refuses a boundary that RFC 2046 does not allow', async () => {
    await expect(read(chunked(message, 10), '')).rejects.toMatchObject({ code: 'bad_boundary' });
    await expect(read(chunked(message, 10), 'x'.repeat(201))).rejects.toMatchObject({ code: 'bad_boundary' });
  });

  test('holds no more than a chunk of a large part', async () => {
    const chunk = new Uint8Array(64 * 1024).fill(13);
    async function* large() {
      yield encode(`--${BOUNDARY}\r\n\r\n`);
      for (let i = 0; i < 200; i += 1) yield chunk;
      yield encode(`\r\n--${BOUNDARY}--`);
    }
    let length = 0;
    let largest = 0;
    for await (const event of readMultipart(large(), BOUNDARY)) {
      if (event.type !== 'data') continue;
      length += event.bytes.length;
      largest = Math.max(largest, event.bytes.length);
    }
    expect(length).toBe(200 * chunk.length);
    expect(largest).toBeLessThan(chunk.length + 100);
  });
});

describe('writeMultipart', () => {
  test('a message without parts still closes', async () => {
    expect(await read(chunked(await all(writeMultipart(BOUNDARY, [])), 4))).toEqual([]);
  });

  test('its length is known beforehand', () => {
    const sizes = [17, 0, 32].map((size, at) => ({ headers: parts[at]!.headers, size }));
    sizes[0]!.size = (parts[0]!.body as Uint8Array).length;
    expect(multipartLength(BOUNDARY, sizes)).toBe(message.length);
    expect(multipartLength(BOUNDARY, [])).toBe(`--${BOUNDARY}--\r\n`.length);
  });
});

test('the body of a part is let go of when the reader leaves after its head', async () => {
  let isClosed = false;
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false, value: Uint8Array.of(1) }),
      async return() {
        isClosed = true;
        return { done: true, value: undefined };
      },
    }),
  };
  for await (const head of writeMultipart('b', [{ headers: {}, body }])) {
    expect(head.length).toBeGreaterThan(0);
    break;
  }
  expect(isClosed).toBe(true);
});
