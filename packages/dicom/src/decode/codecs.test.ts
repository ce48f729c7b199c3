import { describe, expect, it } from 'vitest';
import { describeImage } from '../image/image-description.ts';
import * as Tag from '../image/image-tags.ts';
import { imageDataset, us } from '../test-support/image-dataset.ts';
import { type CharlsModule, type CodecLoaders, createCodecs } from './codecs.ts';
import { decodeFrame } from './decode-frame.ts';
import { nativeBytes } from './native-bytes.ts';
import { wasmDecode } from './wasm-decode.ts';

const size = { columns: 2, rows: 1, samplesPerPixel: 1 } as const;

/** A codec that answers with these bytes, or does what `decode` does. */
function charls(
  decoded: Uint8Array,
  decode: () => void = () => {},
): { module: CharlsModule; deleted(): number } {
  let deleted = 0;
  class JpegLSDecoder {
    getEncodedBuffer = (length: number) => new Uint8Array(length);
    decode = decode;
    getDecodedBuffer = () => decoded;
    getFrameInfo = () => ({ width: 2, height: 1, bitsPerSample: 8, componentCount: 1 });
    getInterleaveMode = () => 0;
    delete = () => {
      deleted += 1;
    };
  }
  return { module: { JpegLSDecoder }, deleted: () => deleted };
}

function loaders(load: CodecLoaders['charls']): CodecLoaders {
  const absent = () => Promise.reject(new Error('absent'));
  return { charls: load, openjpeg: absent, openjph: absent, libjpegTurbo8: absent, libjxl: absent };
}

describe('createCodecs', () => {
  it('loads a module when it is first needed, and once', async () => {
    let loads = 0;
    const codecs = createCodecs(
      loaders(async () => {
        loads += 1;
        return charls(new Uint8Array(2)).module;
      }),
    );
    expect(loads).toBe(0);
    await Promise.all([codecs.get('charls'), codecs.get('charls')]);
    expect(loads).toBe(1);
    codecs.discard('charls');
    await codecs.get('charls');
    expect(loads).toBe(2);
  });

  it('tries again after a module could not be loaded, and says so meanwhile', async () => {
    let isOnline = false;
    const codecs = createCodecs(
      loaders(async () => {
        if (!isOnline) throw new Error('offline');
        return charls(new Uint8Array(2)).module;
      }),
    );
    await expect(codecs.get('charls')).rejects.toThrow('offline');
    const dataset = imageDataset({ [Tag.Rows]: us(1), [Tag.Columns]: us(2) });
    // SOI, then a frame header for 12 bits, 1 x 2, one component: a fault of the network is none of the image.
    const stream = Uint8Array.of(0xff, 0xd8, 0xff, 0xf7, 0, 11, 12, 0, 1, 0, 2, 1, 1, 0x11, 0);
    await expect(
      decodeFrame(stream, describeImage(dataset), '1.2.840.10008.1.2.4.80', codecs),
    ).rejects.toThrow('offline');
    isOnline = true;
    expect(await codecs.get('charls')).toBeDefined();
  });
});

describe('wasmDecode', () => {
  const run = (module: CharlsModule) => {
    const codecs = createCodecs(loaders(async () => module));
    return wasmDecode(codecs, 'charls', (loaded) => new loaded.JpegLSDecoder(), Uint8Array.of(1), size);
  };

  it('copies the result and gives the memory back', async () => {
    const memory = Uint8Array.of(7, 8);
    const codec = charls(memory);
    const { bytes } = await run(codec.module);
    memory.fill(0);
    expect([...bytes]).toEqual([7, 8]);
    expect(codec.deleted()).toBe(1);
  });

  it('takes whatever a codec throws, and too few bytes, for damage, and gives the memory back', async () => {
    const throwing = charls(new Uint8Array(2), () => {
      throw 1234; // as Emscripten throws C++ exceptions
    });
    for (const codec of [throwing, charls(new Uint8Array(1)), charls(new Uint8Array(0))]) {
      await expect(run(codec.module)).rejects.toMatchObject({ name: 'DicomError', code: 'decode_failed' });
      expect(codec.deleted()).toBe(1);
    }
  });

  it('replaces a module that trapped', async () => {
    let loads = 0;
    const trapping = charls(new Uint8Array(2), () => {
      throw new WebAssembly.RuntimeError('unreachable');
    });
    const codecs = createCodecs(
      loaders(async () => {
        loads += 1;
        return loads === 1 ? trapping.module : charls(Uint8Array.of(1, 2)).module;
      }),
    );
    const decode = () =>
      wasmDecode(codecs, 'charls', (module) => new module.JpegLSDecoder(), Uint8Array.of(1), size);
    await expect(decode()).rejects.toMatchObject({ code: 'decode_failed' });
    expect([...(await decode()).bytes]).toEqual([1, 2]);
  });
});

describe('nativeBytes', () => {
  it('puts values back to where High Bit says', () => {
    const dataset = imageDataset({ [Tag.HighBit]: us(15), [Tag.Rows]: us(1), [Tag.Columns]: us(2) });
    const pixels = {
      ...size,
      photometricInterpretation: 'MONOCHROME2',
      data: Uint16Array.of(0x123, 0xfff),
    } as const;
    expect([...nativeBytes(pixels, describeImage(dataset))]).toEqual([0x30, 0x12, 0xf0, 0xff]);
  });
});
