import { describe, expect, it } from 'vitest';
import { readFrame } from './archive-client.ts';

const answer = (type: string | undefined): Response =>
  new Response(new Uint8Array([1, 2]), type === undefined ? {} : { headers: { 'Content-Type': type } });

describe('readFrame', () => {
  it('takes uncompressed values, which need not say their transfer syntax', async () => {
    const { bytes, transferSyntaxUid } = await readFrame(answer('application/octet-stream'));
    expect([...bytes]).toEqual([1, 2]);
    expect(transferSyntaxUid).toBe('1.2.840.10008.1.2.1');
  });

  it('takes a compressed image with the transfer syntax that it names', async () => {
    const { transferSyntaxUid } = await readFrame(
      answer('image/jls; transfer-syntax=1.2.840.10008.1.2.4.80'),
    );
    expect(transferSyntaxUid).toBe('1.2.840.10008.1.2.4.80');
  });

  it.each([
    undefined,
    'text/html',
    'application/dicom+json',
    'multipart/related; type=image/jls',
    'image/jpeg',
  ])('refuses %s instead of drawing noise', async (type) => {
    await expect(readFrame(answer(type))).rejects.toMatchObject({ failure: 'refused' });
  });
});
