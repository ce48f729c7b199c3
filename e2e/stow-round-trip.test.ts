import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DicomDataset } from '@sightline/dicom';
import { afterEach, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './support/gateway.ts';

/**
 * Every file of a large collection sent by STOW-RS over HTTP and fetched again, byte for byte. The collection lies beside
 * the repository, and not everybody has it.
 */
const DATA = fileURLToPath(new URL('../../shared/data', import.meta.url));
const isHere = existsSync(DATA);
if (!isHere) console.warn('No ../shared/data: storing and fetching real files over HTTP is left out.');

/** Failure Reason (0008,1197) of a UID that is taken, and of what cannot be read or is no composite object. */
const TAKEN = 45070;
const NOT_STORABLE: readonly unknown[] = [0xc000, 0x0122];

/** Refused, and why: the paths that packages/dicom/src/part10/shared-data.test.ts lists, with codes. */
const REFUSED: readonly RegExp[] = [
  /^(derived-mrxs|derived-ptiff|wsi-ndpi|wsi-svs|wsi-tiff|wsi-vsi)\/|\.(json|md)$/, // not DICOM
  /DICOMDIR(-[a-zA-Z.]+)?$/, // no composite object
  /^dwv-tid1500\/dwv034\/sr-|^hanging-protocol\/|palettes\/|\.wl$|^pydicom-data\/HTJ2K/, // of no study
  /(chrSQEncoding1?|empty_charset_LEI|UN_sequence|meta_missing_tsyntax|nested_priv_SQ)\.dcm$/, // of no study
  /(no_meta_group_length|priv_SQ|JPEGLSNearLossless_(08|16)|SC_rgb_jls_lossy_(line|sample))\.dcm$/, // of no study
  /(MR_truncated|rtplan_truncated)\.dcm$/, // cut
  /^weasis-mf-encodings\/s11_/, // a UID of 67 characters: standards.md, rule (a)
];

let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

interface Sent {
  readonly path: string;
  readonly answer: { readonly status: number; readonly dataset: DicomDataset };
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const authorization = ({ apiKey }: TestGateway): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${apiKey}`,
});

async function send(server: TestGateway, path: string): Promise<Sent> {
  const head = '--b\r\nContent-Type: application/dicom\r\n\r\n';
  const response = await fetch(`${server.url}/dicom-web/studies`, {
    method: 'POST',
    headers: {
      ...authorization(server),
      accept: 'application/dicom+json',
      'content-type': 'multipart/related; type="application/dicom"; boundary=b',
    },
    body: Buffer.concat([Buffer.from(head), readFileSync(join(DATA, path)), Buffer.from('\r\n--b--\r\n')]),
  });
  return { path, answer: { status: response.status, dataset: (await response.json()) as DicomDataset } }; // DICOM JSON
}

/** Several at a time, as a site sends. */
async function sendAll(server: TestGateway, paths: readonly string[]): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  const left = paths.values();
  const one = async (): Promise<void> => {
    for (const path of left) sent.push(await send(server, path));
  };
  await Promise.all([one(), one(), one(), one()]);
  return sent;
}

function reasonOf({ answer }: Sent): unknown {
  const [item] = (answer.dataset['00081198'] ?? answer.dataset['0008119A'])?.Value ?? [];
  return (item as DicomDataset | undefined)?.['00081197']?.Value?.[0]; // both failure sequences have items
}

function urlOf({ answer }: Sent): string {
  const [item] = answer.dataset['00081199']?.Value ?? [];
  const url = (item as DicomDataset | undefined)?.['00081190']?.Value?.[0]; // as above
  return typeof url === 'string' ? url : '';
}

async function isSameAgain(server: TestGateway, sent: Sent): Promise<boolean> {
  const response = await fetch(urlOf(sent), {
    headers: { ...authorization(server), accept: 'application/dicom; transfer-syntax=*' },
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return response.status === 200 && hashOf(bytes) === hashOf(readFileSync(join(DATA, sent.path)));
}

test.skipIf(!isHere)(
  'every real file that is an object goes in by STOW-RS and comes back bit for bit',
  async () => {
    let waiting = filesBelow(DATA);
    const refused: string[] = [];
    let same = 0;
    // The same image in many encodings has one UID: the first stays, and the next goes to an empty archive.
    for (let round = 0; waiting.length > 0; round += 1) {
      expect(round).toBeLessThan(60);
      const server = await startGateway();
      gateway = server;
      const sent = await sendAll(server, waiting);
      const stored = sent.filter(({ answer }) => answer.status === 200);
      for (const each of stored) {
        expect(await isSameAgain(server, each), each.path).toBe(true);
        same += 1;
      }
      const others = sent.filter(({ answer }) => answer.status !== 200);
      expect(others.filter(({ answer }) => answer.status !== 409)).toEqual([]);
      expect(stored.length, JSON.stringify(others)).toBeGreaterThan(0);
      refused.push(...others.filter((each) => NOT_STORABLE.includes(reasonOf(each))).map(({ path }) => path));
      waiting = others.filter((each) => reasonOf(each) === TAKEN).map(({ path }) => path);
      await server.stop();
    }
    const isListed = (path: string): boolean => REFUSED.some((pattern) => pattern.test(path));
    expect(refused.filter((path) => !isListed(path))).toEqual([]);
    const all = filesBelow(DATA);
    expect(same + refused.length).toBe(all.length);
    expect(same).toBeGreaterThan(1000);
  },
  900_000,
);
