import { DicomError, recodeDataSet, sparseAccess } from '@sightline/dicom';
import { onTestFinished } from 'vitest';
import type { Archive } from '../archive.ts';
import { createFileArchive } from '../blobs/file-archive.ts';
import type { Transcoder } from '../transcoder.ts';
import { audit, clock, once, reader, renderer, temporaryFolder } from './in-process.ts';

/**
 * Stands in for the codecs, which are not this package's: a frame becomes the 16 bytes of a 4 x 2 image of 16 bit, all
 * of them its first one. 0xBA cannot be decoded.
 */
export const transcoder: Transcoder = {
  async frame({ bytes, target }) {
    if (bytes[0] === 0xba) throw new DicomError('decode_failed');
    const size = target === '1.2.840.10008.1.2.1' ? 16 : 5;
    return { bytes: new Uint8Array(size).fill(bytes[0] ?? 0), photometricInterpretation: 'MONOCHROME2' };
  },
  dataSet: async ({ pieces, size, target, ...options }) =>
    recodeDataSet(sparseAccess(size, pieces), { ...options, transferSyntaxUid: target }).pieces,
};

/** An archive that can transcode, with these files. */
export async function transcodingArchive(...files: readonly Uint8Array[]): Promise<Archive> {
  const parts = { reader, renderer, transcoder, clock, audit } as const;
  const archive = await createFileArchive(temporaryFolder(), { ...parts, role: 'server' });
  onTestFinished(() => archive.close());
  for (const file of files) {
    const { kind } = await archive.store(once(file));
    if (kind !== 'stored') throw new Error(`the test's file was ${kind}`);
  }
  return archive;
}
