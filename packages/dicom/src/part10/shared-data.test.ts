import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import dicomParser from 'dicom-parser';
import { describe, expect, it } from 'vitest';
import { DicomError, type DicomErrorCode } from '../dicom-error.ts';
import { tagText } from './decode-value.ts';
import { type Part10, readPart10 } from './read-part10.ts';

/** Real files beside the repository. A fresh clone has none: what they prove is then proved by the synthetic ones. */
const folder = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url));
const hasData = existsSync(folder);
if (!hasData)
  console.log('Skipped: there is no ../shared/data beside the repository, so no real files are read.');

const inflateRaw = (bytes: Uint8Array, maxOutputLength: number) => inflateRawSync(bytes, { maxOutputLength });

/** Everything under these that is no DICOM file: slides in the formats of their vendors, and notes. */
const FOREIGN = /^(derived-mrxs|derived-ptiff|wsi-ndpi|wsi-svs|wsi-tiff|wsi-vsi)\/|\.(json|md)$/;

/** Refused, and why. Whatever matches no line must be read. */
const refused: readonly (readonly [DicomErrorCode, RegExp, string])[] = [
  ['not_dicom', FOREIGN, 'not DICOM'],
  ['missing_uid', /\/DICOMDIR(-(?!nooffset)[a-zA-Z.]+)?$/, 'a DICOMDIR is no composite object'],
  ['truncated', /DICOMDIR-nooffset$/, 'cut inside a directory record'],
  ['missing_uid', /^dwv-tid1500\/dwv034\/sr-/, 'no Study Instance UID'],
  ['missing_uid', /^hanging-protocol\//, 'a hanging protocol belongs to no study'],
  ['missing_uid', /palettes\//, 'a palette belongs to no study'],
  ['missing_uid', /\.wl$/, 'a worklist item, not an object'],
  ['missing_uid', /^pydicom-data\/HTJ2K/, 'no Study Instance UID'],
  ['missing_uid', /chrSQEncoding1?\.dcm$|empty_charset_LEI\.dcm$/, 'a fragment made for a test'],
  [
    'missing_uid',
    /(JPEGLSNearLossless_(08|16)|SC_rgb_jls_lossy_(line|sample))\.dcm$/,
    'no Study Instance UID',
  ],
  [
    'missing_uid',
    /(UN_sequence|meta_missing_tsyntax|nested_priv_SQ|no_meta_group_length|priv_SQ)\.dcm$/,
    'a fragment made for a test',
  ],
  ['truncated', /MR_truncated\.dcm$/, 'its one frame is cut'],
  ['truncated', /rtplan_truncated\.dcm$/, 'cut inside a sequence'],
  ['bad_uid', /^weasis-mf-encodings\/s11_/, 'a UID of more than 64 characters'],
];

const outcomes = new Map<string, Part10 | DicomErrorCode>();

function readFile(path: string): Part10 | DicomErrorCode {
  const known = outcomes.get(path);
  if (known !== undefined) return known;
  const outcome = readAnew(path);
  outcomes.set(path, outcome);
  return outcome;
}

function readAnew(path: string): Part10 | DicomErrorCode {
  const descriptor = openSync(folder + path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const read = (offset: number, length: number) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      readSync(descriptor, bytes, 0, bytes.length, offset);
      return bytes;
    };
    return readPart10({ size, read }, { inflateRaw });
  } catch (error) {
    if (error instanceof DicomError) return error.code;
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

const files = hasData
  ? readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length).replace(/^\/+/, ''))
  : [];

describe.skipIf(!hasData)('the real files in ../shared/data', () => {
  it('are all read but those of the table, which are refused for the reason it gives', () => {
    const unexpected: string[] = [];
    for (const path of files) {
      const outcome = readFile(path);
      const code = typeof outcome === 'string' ? outcome : 'read';
      const expected = refused.find(([, pattern]) => pattern.test(path))?.[0] ?? 'read';
      if (code !== expected) unexpected.push(`${path}: ${code}, not ${expected}`);
    }
    expect(unexpected).toEqual([]);
    expect(files.length).toBeGreaterThan(1000);
  });

  it('have every frame that their attributes state, and every frame lies inside the file', () => {
    const wrong: string[] = [];
    for (const path of files) {
      const part10 = readFile(path);
      if (typeof part10 === 'string' || !part10.frames) continue;
      const stated = Number(part10.dataset['00280008']?.Value?.[0] ?? 1) || 1;
      const { frames } = part10;
      const found = frames.kind === 'native' ? frames.count : frames.frames.length;
      const isVideo = /\.4\.10[0-8]/.test(part10.transferSyntaxUid);
      if (found !== (isVideo ? 1 : stated)) wrong.push(path);
      if (frames.kind === 'encapsulated' && frames.frames.some((frame) => frame.length === 0))
        wrong.push(path);
    }
    expect(wrong).toEqual([]);
  });

  it('have the elements that dicom-parser finds, with the same places and lengths of their bulk values', () => {
    const differences: string[] = [];
    let compared = 0;
    for (const path of files) {
      const part10 = readFile(path);
      // Not compared: deflated files, whose offsets count from another place, and one that it reads past its damage.
      if (typeof part10 === 'string' || part10.inflated || path.endsWith('GH364.dcm')) continue;
      const other = parseOther(path);
      if (!other) continue;
      compared += 1;
      const ours = Object.keys(part10.dataset).filter(isCompared).sort();
      const theirs = Object.keys(other.elements).map(theirTag).filter(isCompared).sort();
      if (ours.join() !== theirs.join()) differences.push(`${path}: other elements`);
      for (const { path: tag, offset, length } of part10.bulk) {
        const element = other.elements[`x${tag.toLowerCase()}`];
        const isElsewhere = element?.dataOffset !== offset || element.length !== length;
        if (element && !element.hadUndefinedLength && isElsewhere)
          differences.push(`${path}: ${tag} elsewhere`);
      }
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(900);
  });
});

const theirTag = (tag: string) => tagText(Number.parseInt(tag.slice(1), 16));
const isCompared = (tag: string) =>
  tag > '0003' && !tag.startsWith('7FE0') && !tag.endsWith('0000') && tag !== '00080005';

/** An independent reader; what it cannot read (no preamble, bad lengths) is not compared. */
function parseOther(path: string): dicomParser.DataSet | undefined {
  try {
    return dicomParser.parseDicom(new Uint8Array(readFileSync(folder + path)));
  } catch {
    return undefined;
  }
}
