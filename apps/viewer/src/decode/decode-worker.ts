import { DicomError } from '@sightline/dicom';
import { decodeFrame } from '@sightline/dicom/decode';
import { browserCodecs } from './browser-codecs.ts';
import type { DecodeAnswer, DecodeJob } from './decode-protocol.ts';
import { decodedFrame, type DecodedFrame } from './decoded-frame.ts';

const codecs = browserCodecs();

self.addEventListener('message', (event: MessageEvent<DecodeJob>) => {
  void decode(event.data);
});

async function decode({ id, bytes, transferSyntaxUid, description, palette }: DecodeJob): Promise<void> {
  try {
    const pixels = await decodeFrame(bytes, description, transferSyntaxUid, codecs);
    const frame = decodedFrame(pixels, description, palette);
    answer({ id, frame }, [bufferOf(frame)]);
  } catch (error) {
    answer({ id, failure: error instanceof DicomError ? error.code : undefined }, []);
  }
}

function bufferOf(frame: DecodedFrame): Transferable {
  const data = frame.kind === 'wide' ? frame.pixels.data : frame.kind === 'color' ? frame.rgba : frame.bits;
  return data.buffer as ArrayBuffer; // codecs answer in memory of their own, never in a SharedArrayBuffer
}

function answer(message: DecodeAnswer, transfer: Transferable[]): void {
  self.postMessage(message, { transfer });
}
