import { isLikeDicom, DicomError } from '@sightline/dicom';
import type { StagedBlob, Staging } from './blobs/blob-store.ts';
import type { InstanceReader, ParsedInstance } from './instance-reader.ts';
import type { IntakeMemory } from './intake-memory.ts';

/** As large as the largest slide or cine in a file; a limit, because a stream has none of its own. */
const MAX_INSTANCE_BYTES = 32 * 1024 ** 3;
/** What `isLikeDicom` looks at: the preamble and the first element. */
const HEAD_BYTES = 140;

export interface IntakeParts {
  readonly staging: Staging;
  readonly reader: InstanceReader;
  readonly memory: IntakeMemory;
}

/** An object on the disk, durably, which nobody can see yet. */
export interface Arrived {
  readonly parsed: ParsedInstance;
  readonly blob: StagedBlob;
}

/**
 * Reads the body to its end, and no longer: what is left to do goes on by itself, so that the next body can be read
 * meanwhile. A body of a few megabytes is collected in memory, and a worker hashes, reads and writes it; a larger one
 * goes to a file as it comes. Rejects with the body's own error, BlobError or DicomError `not_dicom`; `arrived` with
 * BlobError, DicomError or what the reader rejects with.
 */
export async function takeIn(
  parts: IntakeParts,
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly arrived: Promise<Arrived> }> {
  const chunks = body[Symbol.asyncIterator]();
  const { held, size, next } = await collect(parts.memory, chunks);
  if (held && next === undefined) return handled(readFromMemory(parts, held, size));
  try {
    const head = joined(held?.subarray(0, size), next);
    if (head.length >= HEAD_BYTES && !isLikeDicom(head)) throw new DicomError('not_dicom');
    const blob = await parts.staging.stage(
      continued(held?.subarray(0, size), next, chunks),
      MAX_INSTANCE_BYTES,
    );
    return handled(readFromDisk(parts.reader, blob));
  } finally {
    if (held) parts.memory.give(held);
    // Only where it was not read to its end does this do anything.
    await chunks.return?.();
  }
}

/** Nobody may have come to wait for it when it rejects. */
function handled(arrived: Promise<Arrived>): { readonly arrived: Promise<Arrived> } {
  arrived.catch(() => undefined);
  return { arrived };
}

interface Collected {
  readonly held: Uint8Array<ArrayBuffer> | undefined;
  readonly size: number;
  /** The chunk for which there was no room. Absent: this was all. */
  readonly next?: Uint8Array;
}

async function collect(memory: IntakeMemory, chunks: AsyncIterator<Uint8Array>): Promise<Collected> {
  let held = memory.take(1);
  let size = 0;
  try {
    for (;;) {
      const { value, done } = await chunks.next();
      if (done === true) return { held, size, ...(held ? {} : { next: new Uint8Array(0) }) };
      if (!held || size + value.length > held.length) {
        const larger = held && memory.take(size + value.length);
        if (!held || !larger) return { held, size, next: value };
        larger.set(held.subarray(0, size));
        memory.give(held);
        held = larger;
      }
      held.set(value, size);
      size += value.length;
    }
  } catch (error) {
    if (held) memory.give(held);
    throw error;
  }
}

async function readFromMemory(
  { staging, reader, memory }: IntakeParts,
  held: Uint8Array<ArrayBuffer>,
  size: number,
): Promise<Arrived> {
  const heldBytes = held.length;
  try {
    const { blob, written } = await staging.stageBy((stem, placeIn) =>
      reader.take({ memory: held, size }, stem, placeIn),
    );
    memory.give(written.memory);
    return { parsed: written.parsed, blob };
  } catch (error) {
    memory.forget(heldBytes);
    throw error;
  }
}

async function readFromDisk(reader: InstanceReader, blob: StagedBlob): Promise<Arrived> {
  try {
    return { parsed: await reader.read(blob.file), blob };
  } catch (error) {
    await blob.end();
    throw error;
  }
}

function joined(first: Uint8Array = new Uint8Array(0), second: Uint8Array = new Uint8Array(0)): Uint8Array {
  const head = new Uint8Array(Math.min(HEAD_BYTES, first.length + second.length));
  head.set(first.subarray(0, head.length));
  head.set(second.subarray(0, Math.max(0, head.length - first.length)), Math.min(first.length, head.length));
  return head;
}

async function* continued(
  head: Uint8Array | undefined,
  next: Uint8Array | undefined,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (head) yield head;
  if (next) yield next;
  for (;;) {
    const { value, done } = await rest.next();
    if (done === true) return;
    yield value;
  }
}
