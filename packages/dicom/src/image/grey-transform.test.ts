import { describe, expect, it } from 'vitest';
import { bulkOw, cs, ds, imageDataset, lo, ow, sq, ss, us } from '../test-support/image-dataset.ts';
import { applyModality, frameTransform } from './grey-transform.ts';
import * as Tag from './image-tags.ts';

const refused = expect.objectContaining({ code: 'bad_image_attributes' });

describe('frameTransform', () => {
  it('is the identity with nothing to choose from where the file says nothing', () => {
    expect(frameTransform(imageDataset(), 1)).toEqual({
      modality: { kind: 'linear', slope: 1, intercept: 0 },
      voi: [],
      presentation: 'IDENTITY',
    });
  });

  it('offers every window with its explanation, and none whose width means nothing', () => {
    const { voi, units } = frameTransform(
      imageDataset({
        [Tag.WindowCenter]: ds(40, -600, 50),
        [Tag.WindowWidth]: ds(400, 1500, 0),
        [Tag.WindowCenterWidthExplanation]: lo('BRAIN', 'LUNG', 'NONE'),
        [Tag.RescaleType]: lo('HU'),
      }),
      1,
    );
    expect(units).toBe('HU');
    expect(voi).toEqual([
      { kind: 'window', function: 'LINEAR', center: 40, width: 400, explanation: 'BRAIN', origin: 'file' },
      { kind: 'window', function: 'LINEAR', center: -600, width: 1500, explanation: 'LUNG', origin: 'file' },
    ]);
  });

  it('does not guess what an unknown VOI LUT Function means', () => {
    const unknown = {
      [Tag.WindowCenter]: ds(1),
      [Tag.WindowWidth]: ds(2),
      [Tag.VOILUTFunction]: cs('CURVED'),
    };
    expect(frameTransform(imageDataset(unknown), 1).voi).toEqual([]);
  });

  it('refuses a slope of 0, which would make one value of all', () => {
    expect(() => frameTransform(imageDataset({ [Tag.RescaleSlope]: ds(0) }), 1)).toThrow(refused);
  });

  it('takes per-frame groups before shared ones, and those before the data set', () => {
    const values = (intercept: number) => ({
      [Tag.PixelValueTransformationSequence]: sq({
        [Tag.RescaleSlope]: ds(1),
        [Tag.RescaleIntercept]: ds(intercept),
      }),
    });
    const window = { [Tag.FrameVOILUTSequence]: sq({ [Tag.WindowCenter]: ds(7), [Tag.WindowWidth]: ds(8) }) };
    const enhanced = imageDataset({
      [Tag.RescaleIntercept]: ds(1000),
      [Tag.WindowCenter]: ds(1),
      [Tag.WindowWidth]: ds(2),
      [Tag.SharedFunctionalGroupsSequence]: sq({ ...values(-5), ...window }),
      [Tag.PerFrameFunctionalGroupsSequence]: sq(values(-10), {}),
    });
    const first = frameTransform(enhanced, 1);
    expect(first.modality).toMatchObject({ intercept: -10 });
    expect(first.voi).toMatchObject([{ center: 7, width: 8 }]);
    expect(frameTransform(enhanced, 2).modality).toMatchObject({ intercept: -5 });
    expect(frameTransform(enhanced, 3).modality).toMatchObject({ intercept: -5 });
  });

  it('inverts MONOCHROME1 once, also where the shape says so a second time', () => {
    const one = { [Tag.PhotometricInterpretation]: cs('MONOCHROME1') };
    expect(frameTransform(imageDataset(one), 1).presentation).toBe('INVERSE');
    const both = { ...one, [Tag.PresentationLUTShape]: cs('INVERSE') };
    expect(frameTransform(imageDataset(both), 1).presentation).toBe('INVERSE');
    expect(frameTransform(imageDataset({ [Tag.PresentationLUTShape]: cs('INVERSE') }), 1).presentation).toBe(
      'INVERSE',
    );
  });
});

describe('lookup tables', () => {
  const modality = (descriptor: ReturnType<typeof us>, data: ReturnType<typeof ow>) =>
    sq({ [Tag.LUTDescriptor]: descriptor, [Tag.LUTData]: data });

  it('hold their end entries for inputs outside, and read words in little endian', () => {
    const lut = modality(us(3, 10, 16), ow([0x34, 0x12, 2, 0, 3, 0]));
    const transform = frameTransform(imageDataset({ [Tag.ModalityLUTSequence]: lut }), 1);
    expect([0, 10, 11, 12, 4000].map((x) => applyModality(transform.modality, x))).toEqual([
      0x1234, 0x1234, 2, 3, 3,
    ]);
  });

  it('take 0 entries for 65536', () => {
    const entries = Uint8Array.from({ length: 131072 }, (_, i) =>
      i & 1 ? (i >> 9) & 0xff : (i >> 1) & 0xff,
    );
    const lut = modality(us(0, 0, 16), ow(entries));
    const { modality: read } = frameTransform(imageDataset({ [Tag.ModalityLUTSequence]: lut }), 1);
    expect(applyModality(read, 4095)).toBe(4095);
    expect(read).toMatchObject({ kind: 'lut', lut: { firstMapped: 0, bits: 16 } });
  });

  it('read the first mapped value by the sign of the pixels, not by the VR', () => {
    const lut = modality(us(2, 65526, 8), ow([1, 2]));
    const unsigned = imageDataset({ [Tag.ModalityLUTSequence]: lut });
    expect(frameTransform(unsigned, 1).modality).toMatchObject({ lut: { firstMapped: 65526 } });
    const signed = { ...unsigned, [Tag.PixelRepresentation]: us(1) };
    expect(frameTransform(signed, 1).modality).toMatchObject({ lut: { firstMapped: -10 } });
  });

  it('of VOI are signed where rescaling can give negative values', () => {
    const voi = modality(ss(2, -1024, 8), ow([1, 2]));
    const image = imageDataset({ [Tag.VOILUTSequence]: voi, [Tag.RescaleIntercept]: ds(-1024) });
    expect(frameTransform(image, 1).voi).toMatchObject([{ kind: 'lut', lut: { firstMapped: -1024 } }]);
  });

  it('of 8 bits may be packed two to a word, as bytes or as numbers', () => {
    const bytes = imageDataset({ [Tag.ModalityLUTSequence]: modality(us(3, 0, 8), ow([7, 8, 9, 0])) });
    const numbers = imageDataset({ [Tag.ModalityLUTSequence]: modality(us(3, 0, 8), us(0x0807, 0x0009)) });
    for (const image of [bytes, numbers]) {
      const transform = frameTransform(image, 1);
      expect([0, 1, 2].map((x) => applyModality(transform.modality, x))).toEqual([7, 8, 9]);
    }
  });

  it('that are bulk data are asked of the caller, and refused where it has none', () => {
    const image = imageDataset({ [Tag.ModalityLUTSequence]: modality(us(2, 0, 16), bulkOw('bulkdata/x')) });
    const bulk = (uri: string) => (uri === 'bulkdata/x' ? Uint8Array.of(5, 0, 6, 0) : undefined);
    expect(applyModality(frameTransform(image, 1, bulk).modality, 1)).toBe(6);
    expect(() => frameTransform(image, 1)).toThrow(refused);
  });

  it('of angiography and fluoroscopy are for measuring intensity and not applied', () => {
    const lut = modality(us(2, 0, 8), ow([200, 100]));
    for (const suffix of ['12.1', '12.2']) {
      const sopClass = { vr: 'UI' as const, Value: [`1.2.840.10008.5.1.4.1.1.${suffix}`] };
      const image = imageDataset({ [Tag.ModalityLUTSequence]: lut, [Tag.SOPClassUID]: sopClass });
      expect(frameTransform(image, 1).modality).toEqual({ kind: 'linear', slope: 1, intercept: 0 });
    }
  });

  it('that are cut or empty are refused', () => {
    for (const lut of [modality(us(4, 0, 16), ow([1, 0])), modality(us(4, 0), ow([1, 0])), sq({})]) {
      expect(() => frameTransform(imageDataset({ [Tag.ModalityLUTSequence]: lut }), 1)).toThrow(refused);
    }
  });

  it('that state fewer bits than they use are spanned over 16', () => {
    const voi = modality(us(2, 0, 8), ow([0, 0, 0xff, 0x0f]));
    expect(frameTransform(imageDataset({ [Tag.VOILUTSequence]: voi }), 1).voi).toMatchObject([
      { lut: { bits: 16 } },
    ]);
  });
});
