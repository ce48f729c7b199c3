import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileArchive, ReaderFailed } from '@sightline/archive';
import { expect, onTestFinished, test } from 'vitest';
import { describeImport, importFiles } from '../commands/import-files.ts';
import { statusOfRefusal } from '../dimse/status.ts';
import { createFrameRenderer } from './frame-renderer.ts';
import { createInstanceReader } from './instance-reader.ts';

const script = new URL('./testing/failing-reader.ts', import.meta.url);

function openReader() {
  const reader = createInstanceReader(1, { script, deadlineMs: 300 });
  onTestFinished(() => reader.close());
  return reader;
}

const memory = (size: number) => ({ memory: new Uint8Array(size), size });

test('a file that takes too long, or its worker with it, is not called malformed', async () => {
  const reader = openReader();
  await expect(reader.take(memory(140), '/nowhere')).rejects.toBeInstanceOf(ReaderFailed);
  await expect(reader.take(memory(300), '/nowhere')).rejects.toBeInstanceOf(ReaderFailed);
  await expect(reader.read('/nowhere')).rejects.toBeInstanceOf(ReaderFailed);
});

test('such an object is refused as a failure of processing, leaves nothing, and may be sent again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-reader-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const renderer = createFrameRenderer(1);
  const archive = await createFileArchive(folder, {
    reader: openReader(),
    renderer,
    clock: () => new Date(0),
    audit: () => Promise.resolve(),
    role: 'server',
  });
  onTestFinished(async () => void (await Promise.all([archive.close(), renderer.close()])));
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(140);
  }
  expect(await archive.store(bytes())).toEqual({ kind: 'refused', code: 'processing_failed' });
  expect(statusOfRefusal('processing_failed')).toBe(0x0110);
  expect(await archive.isEmpty()).toBe(true);
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(left.filter((name) => /\.part$|\.staged$/.test(name))).toEqual([]);

  const file = join(import.meta.dirname, '../../../../package.json');
  expect(describeImport(await importFiles(archive, [file]))).toContain('It may be imported again. (1)');
});
