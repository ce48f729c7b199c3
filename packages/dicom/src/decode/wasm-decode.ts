import { DicomError } from '../dicom-error.ts';
import type { CodecModules, Codecs, WasmDecoder, WasmFrameInfo } from './codecs.ts';

/** What a codec made of a frame: bytes of its own, in the codec's layout. */
export interface WasmFrame {
  readonly info: WasmFrameInfo;
  readonly bytes: Uint8Array;
}

/**
 * Runs one decoder over one frame, copies the result out and gives the module's memory back.
 *
 * @param expected what the image's description says; a frame of another size is damage, never shown
 * @throws DicomError decode_failed for whatever the codec throws or leaves out
 */
export async function wasmDecode<Name extends keyof CodecModules, Decoder extends WasmDecoder>(
  codecs: Codecs,
  name: Name,
  create: (module: CodecModules[Name]) => Decoder,
  encoded: Uint8Array,
  expected: { readonly columns: number; readonly rows: number; readonly samplesPerPixel: number },
  look: (decoder: Decoder) => void = () => {},
): Promise<WasmFrame> {
  const module = await codecs.get(name);
  let decoder: Decoder | undefined;
  try {
    decoder = create(module);
    decoder.getEncodedBuffer(encoded.length).set(encoded);
    decoder.decode();
    look(decoder);
    const info = { ...decoder.getFrameInfo() };
    const bytes = decoder.getDecodedBuffer().slice();
    const samples = expected.columns * expected.rows * expected.samplesPerPixel;
    const isComplete =
      info.width === expected.columns &&
      info.height === expected.rows &&
      info.componentCount === expected.samplesPerPixel &&
      bytes.length === samples * Math.ceil(info.bitsPerSample / 8);
    if (!isComplete) throw new DicomError('decode_failed');
    return { info, bytes };
  } catch (cause) {
    if (cause instanceof DicomError) throw cause;
    // Not only after a trap: an exception that leaves WebAssembly does not give back the stack that its calls had taken.
    // After some hundred of them the stack grows into other data, and good frames fail or worse.
    codecs.discard(name);
    throw new DicomError('decode_failed');
  } finally {
    release(decoder);
  }
}

function release(decoder: WasmDecoder | undefined): void {
  try {
    decoder?.delete();
  } catch {
    // The module was discarded; its memory goes with it.
  }
}
