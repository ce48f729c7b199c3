import { SNIFFED_BYTES, sniffCoding } from '@sightline/dicom';
import type { MediaType } from '@sightline/dicomweb';
import type { StagedBlob, Staging } from '../blobs/blob-store.ts';
import { keepingHead } from './keeping-head.ts';
import { storeLimits, type StorePart } from './stow-message.ts';

const ROOT = '1.2.840.10008.1.2';
const syntaxes = (...suffixes: string[]): readonly string[] => suffixes.map((suffix) => `${ROOT}.${suffix}`);
const MPEG2 = syntaxes('4.101', '4.100', '4.101.1', '4.100.1');
const MPEG4 = syntaxes(
  '4.102',
  '4.103',
  '4.104',
  '4.105',
  '4.106',
  '4.102.1',
  '4.103.1',
  '4.104.1',
  '4.105.1',
  '4.106.1',
);

/** PS3.18 table 8.7.3-4, with the names that were given before: the syntaxes of each media type, the default first. */
export const codedMediaTypes: Readonly<Record<string, readonly string[]>> = {
  'image/jpeg': syntaxes('4.70', '4.50', '4.51', '4.57'),
  'image/dicom-rle': syntaxes('5'),
  'image/x-dicom-rle': syntaxes('5'),
  'image/jls': syntaxes('4.80', '4.81'),
  'image/x-jls': syntaxes('4.80', '4.81'),
  'image/jp2': syntaxes('4.90', '4.91'),
  'image/jpx': syntaxes('4.92', '4.93'),
  'image/jphc': syntaxes('4.201', '4.202', '4.203'),
  'image/jxl': syntaxes('4.110', '4.111', '4.112'),
  'video/mpeg': MPEG2,
  'video/mp4': MPEG4,
  'video/h265': syntaxes('4.107', '4.108'),
};

/** A part of the message that is no metadata, on the disk until the object that it belongs to is written. */
export interface BulkPart {
  readonly blob: StagedBlob;
  readonly mediaType: MediaType;
  /** The transfer syntax that its first bytes announce; undefined where they announce none. */
  readonly sniffed: string | undefined;
}

/** The parts of a message by where they say they are. */
export class BulkParts {
  readonly #parts = new Map<string, BulkPart[]>();
  readonly #used = new Set<string>();
  readonly #base: string;

  /** Relative addresses, of parts and in metadata, are below `base`: an absolute URL. */
  constructor(base: string) {
    this.#base = base;
  }

  /** Takes the part's bytes in. False: it has no location, so nothing can ever refer to it, and it is not read. */
  async add(part: StorePart, staging: Staging): Promise<boolean> {
    const location = part.headers['content-location'];
    if (location === undefined || location === '') return false;
    const { body, head } = keepingHead(part.body, SNIFFED_BYTES);
    const blob = await staging.stage(body, storeLimits.requestBytes);
    const key = this.#key(location);
    const known = this.#parts.get(key) ?? [];
    known.push({ blob, mediaType: part.mediaType, sniffed: sniffCoding(head()) });
    this.#parts.set(key, known);
    return true;
  }

  /** Those at the address of a BulkDataURI, in the order of the message; empty where there is none. */
  find(uri: string): readonly BulkPart[] {
    const key = this.#key(uri);
    this.#used.add(key);
    return this.#parts.get(key) ?? [];
  }

  /** How many parts nobody has looked for. */
  get unreferenced(): number {
    return [...this.#parts].reduce((sum, [key, { length }]) => sum + (this.#used.has(key) ? 0 : length), 0);
  }

  /** Lets go of all of them. Never rejects. */
  async end(): Promise<void> {
    for (const { blob } of [...this.#parts.values()].flat()) await blob.end();
    this.#parts.clear();
  }

  #key(uri: string): string {
    return URL.canParse(uri, this.#base) ? new URL(uri, this.#base).href : uri;
  }
}
