import { crc32, deflateSync } from 'node:zlib';
import type { IccProfile, PictureMediaType } from '@sightline/archive';
import { type DicomDataset, getBytes, getItems } from '@sightline/dicom';
import sharp from 'sharp';

const ICC_PROFILE = '00282000';
const OPTICAL_PATH_SEQUENCE = '00480105';

/** The ICC profile of an object, PS3.3 C.11.15, of a slide that of its first optical path. */
export function profileOf(
  dataset: DicomDataset,
  bulk: ReadonlyMap<string, Uint8Array> | undefined,
): Uint8Array | undefined {
  for (const item of [dataset, ...getItems(dataset, OPTICAL_PATH_SEQUENCE)]) {
    const element = item[ICC_PROFILE];
    const bytes = getBytes(element) ?? bulk?.get(element?.BulkDataURI ?? '');
    if (bytes && isProfile(bytes)) return bytes;
  }
  return undefined;
}

/** ICC.1 7.2: its length comes first, and `acsp` stands at byte 36. Of colour; a profile of grey says nothing of RGB. */
function isProfile(bytes: Uint8Array): boolean {
  const text = (from: number): string => String.fromCharCode(...bytes.subarray(from, from + 4));
  return bytes.length >= 132 && text(36) === 'acsp' && text(16) === 'RGB ';
}

interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/**
 * The pixels and the profile of an encoded picture, as PS3.18 8.3.5.1.5 wants them: `yes` leaves the colours of the object
 * as they are and says which they are; `srgb` converts them. What has no profile, grey among it, is shown by every screen
 * as sRGB, and is said to be that.
 */
export async function withProfile(
  pixels: Pixels,
  profile: Uint8Array | undefined,
  wanted: IccProfile,
): Promise<{ readonly pixels: Pixels; readonly profile?: Uint8Array | 'srgb' }> {
  if (wanted === 'no') return { pixels };
  if (profile === undefined || pixels.channels === 1) return { pixels, profile: 'srgb' };
  if (wanted === 'yes') return { pixels, profile };
  const { data, width, height, channels } = pixels;
  const png = await sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 1 }).toBuffer();
  const converted = await sharp(embedProfile(png, 'image/png', profile))
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer();
  return { pixels: { ...pixels, data: converted }, profile: 'srgb' };
}

/** An encoded picture with the profile in the place that its format has for one. */
export function embedProfile(
  picture: Uint8Array,
  mediaType: PictureMediaType,
  profile: Uint8Array,
): Uint8Array {
  if (mediaType === 'image/gif') throw new Error('GIF has no place for an ICC profile');
  const block = mediaType === 'image/jpeg' ? jpegSegments(profile) : pngChunk(profile);
  // Behind SOI and the JFIF segment, which has its length in bytes 4 and 5; behind signature and IHDR.
  const at = mediaType === 'image/png' ? 33 : 4 + (((picture[4] ?? 0) << 8) | (picture[5] ?? 0));
  return Buffer.concat([picture.subarray(0, at), block, picture.subarray(at)]);
}

const MOST_IN_SEGMENT = 65_519;

/** ICC.1 B.4: as many APP2 segments as it takes, each with its number and how many there are. */
function jpegSegments(profile: Uint8Array): Uint8Array {
  const count = Math.ceil(profile.length / MOST_IN_SEGMENT);
  return Buffer.concat(
    Array.from({ length: count }, (_, at) => {
      const part = profile.subarray(at * MOST_IN_SEGMENT, (at + 1) * MOST_IN_SEGMENT);
      const head = Buffer.from('\xff\xe2\0\0ICC_PROFILE\0\0\0', 'latin1');
      head.writeUInt16BE(part.length + head.length - 2, 2);
      head[16] = at + 1;
      head[17] = count;
      return Buffer.concat([head, part]);
    }),
  );
}

function pngChunk(profile: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from('iCCPICC profile\0\0', 'latin1'), deflateSync(profile)]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}
