import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pagePolicy } from '../http/security-headers.ts';
import { contentTypeOf } from './content-types.ts';

/** Where the page's head takes what belongs to one session. */
const MARKER = '<!--sightline:bootstrap-->';

/** The viewer as its build made it, held in memory: a name that was not there at the start does not exist. */
export interface ViewerBuild {
  /** The page, with `head` (HTML, made by us) put into its head. */
  page(head: string): string;
  /** Of that page: its inline scripts and styles by hash. */
  readonly policy: string;
  /** `name` is the path below /assets/. */
  asset(name: string): Asset | undefined;
}

export interface Asset {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** Precompressed forms that the build left beside the file, by content coding. */
  readonly encoded: ReadonlyMap<string, Uint8Array>;
}

/** Reads `index.html` and everything below `assets/`. Rejects with Node's error where there is no build. */
export async function loadViewerBuild(folder: string): Promise<ViewerBuild> {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const files = new Map<string, Uint8Array>();
  const entries = await readdir(join(folder, 'assets'), { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const name = file.slice(join(folder, 'assets').length + 1).replaceAll('\\', '/');
    files.set(name, await readFile(file));
  }
  return createViewerBuild(html, files);
}

/** `files`: by path below assets; "x.js.br" and "x.js.gz" are the compressed forms of "x.js". */
export function createViewerBuild(html: string, files: ReadonlyMap<string, Uint8Array>): ViewerBuild {
  const at = html.indexOf(MARKER);
  if (at < 0) throw new Error('The page of the viewer lacks the marker for its bootstrap.');
  const before = html.slice(0, at);
  const after = html.slice(at + MARKER.length);
  const assets = new Map<string, Asset>();
  for (const [name, bytes] of files) {
    if (/\.(br|gz)$/.test(name)) continue;
    assets.set(name, { contentType: contentTypeOf(name), bytes, encoded: encodedForms(name, files) });
  }
  return {
    page: (head) => `${before}${head}${after}`,
    // Hashed here, from the file of the build, before anything of a session is in it.
    policy: pagePolicy({ scripts: inlineTexts(html, 'script'), styles: inlineTexts(html, 'style') }),
    asset: (name) => assets.get(name),
  };
}

function encodedForms(name: string, files: ReadonlyMap<string, Uint8Array>): Asset['encoded'] {
  const forms = new Map<string, Uint8Array>();
  for (const [coding, suffix] of [
    ['br', '.br'],
    ['gzip', '.gz'],
  ] as const) {
    const bytes = files.get(name + suffix);
    if (bytes !== undefined) forms.set(coding, bytes);
  }
  return forms;
}

/** The texts between inline tags; scripts with `src` and data blocks are not executed inline and need no hash. */
function inlineTexts(html: string, tag: 'script' | 'style'): readonly string[] {
  return [...html.matchAll(new RegExp(`<${tag}(\\s[^>]*)?>([\\s\\S]*?)</${tag}>`, 'g'))]
    .filter(
      ([, attributes = '']) => !/\ssrc=/.test(attributes) && !/\stype="application\/json"/.test(attributes),
    )
    .map(([, , text = '']) => text);
}
