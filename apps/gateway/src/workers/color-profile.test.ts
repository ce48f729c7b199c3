import type { DicomDataset } from '@sightline/dicom';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { embedProfile, profileOf, withProfile } from './color-profile.ts';

const pixels = { data: Uint8Array.of(255, 0, 0, 40, 200, 90), width: 2, height: 1, channels: 3 } as const;

/** A profile that is not sRGB: that of Display P3, out of what the image library writes. */
async function otherProfile(): Promise<Uint8Array> {
  const { data, width, height, channels } = pixels;
  const picture = await sharp(data, { raw: { width, height, channels } })
    .withIccProfile('p3')
    .png()
    .toBuffer();
  const { icc } = await sharp(picture).metadata();
  return new Uint8Array(icc!);
}

const inDataset = (bytes: Uint8Array): DicomDataset[string] => ({
  vr: 'OB',
  InlineBinary: Buffer.from(bytes).toString('base64'),
});

it('finds the profile of an object, or of its optical path, inline or as bulk data', async () => {
  const profile = await otherProfile();
  const bulk = new Map([['bulkdata/00282000', profile]]);
  expect(profileOf({ '00282000': inDataset(profile) }, undefined)).toEqual(profile);
  expect(profileOf({ '00282000': { vr: 'OB', BulkDataURI: 'bulkdata/00282000' } }, bulk)).toBe(profile);
  const path = { vr: 'SQ', Value: [{}, { '00282000': inDataset(profile) }] } as const;
  expect(profileOf({ '00480105': path }, undefined)).toEqual(profile);
  expect(profileOf({}, bulk)).toBeUndefined();
  expect(profileOf({ '00282000': inDataset(Buffer.from('<script>'.repeat(40))) }, undefined)).toBeUndefined();
});

it('leaves the colours and says which they are, or converts them to sRGB', async () => {
  const profile = await otherProfile();
  expect(await withProfile(pixels, profile, 'no')).toEqual({ pixels });
  expect(await withProfile(pixels, profile, 'yes')).toEqual({ pixels, profile });
  const converted = await withProfile(pixels, profile, 'srgb');
  expect(converted.profile).toBe('srgb');
  // The published matrices of Display P3 and sRGB: this green has 0 red in sRGB, and the red leaves it.
  const [red, , , outside, green] = converted.pixels.data;
  expect([red, outside]).toEqual([255, 0]);
  expect(Math.abs(green! - 202)).toBeLessThanOrEqual(2);
  for (const wanted of ['yes', 'srgb'] as const)
    expect(await withProfile(pixels, undefined, wanted)).toEqual({ pixels, profile: 'srgb' });
});

it.each(['image/jpeg', 'image/png'] as const)(
  'puts a profile of any size into %s, and it is read there',
  async (type) => {
    const short = await otherProfile();
    const long = new Uint8Array(150_000);
    long.set(short);
    new DataView(long.buffer).setUint32(0, long.length);
    const { data, width, height, channels } = pixels;
    const image = sharp(data, { raw: { width, height, channels } });
    const picture = type === 'image/png' ? await image.png().toBuffer() : await image.jpeg().toBuffer();
    for (const profile of [short, long]) {
      const { icc } = await sharp(embedProfile(picture, type, profile)).metadata();
      expect(Buffer.from(icc!).equals(profile)).toBe(true);
    }
  },
);
