import { lstat, readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

/**
 * A file to import, or the reason why something on the way is not one. `name` is how the person knows it; `file` is its
 * path in bytes, since a name from an old disc or a foreign system need not be UTF-8.
 */
export type Found =
  | { readonly name: string; readonly file: Buffer }
  | { readonly name: string; readonly refusal: WalkRefusal };

export const walkRefusals = {
  missing: 'There is no such file or folder.',
  unreadable: 'The file or folder cannot be read.',
  link_outside: 'This is a link that leads out of the folder, and is not followed.',
  not_a_file: 'This is neither a file nor a folder.',
} as const;

const SEPARATOR = Buffer.from(sep);

export type WalkRefusal = keyof typeof walkRefusals;

/**
 * Every file below a path, in order of name. A link that the person named is followed; one found on the way is not:
 * what it leads to inside the folder is found there, and what is outside was not asked for.
 */
export async function* walkFiles(path: string): AsyncGenerator<Found> {
  let root: string;
  try {
    root = await realpath(path);
  } catch {
    yield { name: path, refusal: 'missing' };
    return;
  }
  yield* walk({ name: path, file: Buffer.from(root) }, root);
}

async function* walk(
  at: { readonly name: string; readonly file: Buffer },
  root: string,
): AsyncGenerator<Found> {
  const { name, file } = at;
  let children: readonly Buffer[];
  try {
    const stats = await lstat(file);
    if (stats.isFile()) return yield at;
    if (stats.isSymbolicLink()) {
      if (await leadsOutside(file, root)) yield { name, refusal: 'link_outside' };
      return;
    }
    if (!stats.isDirectory()) return yield { name, refusal: 'not_a_file' };
    children = (await readdir(file, { encoding: 'buffer' })).toSorted(Buffer.compare);
  } catch {
    return yield { name, refusal: 'unreadable' };
  }
  for (const child of children) {
    const below = { name: join(name, child.toString()), file: Buffer.concat([file, SEPARATOR, child]) };
    yield* walk(below, root);
  }
}

async function leadsOutside(link: Buffer, root: string): Promise<boolean> {
  const inside = relative(root, await realpath(link));
  return inside.startsWith('..') || isAbsolute(inside);
}
