import { DicomError, describeImage } from '@sightline/dicom';
import { describe, expect, it } from 'vitest';
import { createDecodePool, DecoderError } from './decode-pool.ts';
import type { DecodeAnswer, DecodeJob } from './decode-protocol.ts';

const us = (value: number) => ({ vr: 'US', Value: [value] }) as const;
const job: Omit<DecodeJob, 'id'> = {
  bytes: new Uint8Array(1),
  transferSyntaxUid: '1.2.840.10008.1.2.5',
  palette: undefined,
  description: describeImage({
    '00280002': us(1),
    '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
    '00280010': us(1),
    '00280011': us(1),
    '00280100': us(8),
    '00280101': us(8),
    '00280102': us(7),
    '00280103': us(0),
  }),
};

/** A worker that does to each job what the next of the acts says. */
function poolOf(
  ...acts: ((answer: (rest: { failure: string | undefined }) => void, crash: () => void) => void)[]
) {
  const ended: number[] = [];
  let spawned = 0;
  const pool = createDecodePool(1, () => {
    const number = ++spawned;
    const target = new EventTarget();
    return Object.assign(target, {
      terminate: () => ended.push(number),
      postMessage: ({ id }: DecodeJob) =>
        acts.shift()?.(
          (rest) =>
            target.dispatchEvent(new MessageEvent<DecodeAnswer>('message', { data: { id, ...rest } })),
          () => target.dispatchEvent(new Event('error')),
        ),
    }) as unknown as Worker; // the part of a worker that the pool uses
  });
  return { decode: () => pool.decode(job, new AbortController().signal), ended, spawned: () => spawned };
}

describe('createDecodePool', () => {
  it('does not blame a frame for a worker that ends, and gives the next one another worker', async () => {
    const { decode, ended, spawned } = poolOf(
      (_, crash) => crash(),
      (answer) => answer({ failure: 'decode_failed' }),
    );
    const first = decode();
    const second = decode();
    await expect(first).rejects.toBeInstanceOf(DecoderError);
    await expect(second).rejects.toBeInstanceOf(DicomError);
    expect(ended).toEqual([1]);
    expect(spawned()).toBe(2);
  });

  it('starts a new worker when the code of a decoder could not be fetched', async () => {
    const { decode, ended } = poolOf((answer) => answer({ failure: undefined }));
    await expect(decode()).rejects.toBeInstanceOf(DecoderError);
    expect(ended).toEqual([1]);
  });
});
