import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StartError } from '../config.ts';

/** Where everything that must survive lies. Absolute path. */
export interface DataFolder {
  readonly path: string;
  fileOf(name: string): string;
}

/** Makes the folder when it is not there. Throws a StartError where nothing can be written. */
export function openDataFolder(path: string): DataFolder {
  const absolute = resolve(path);
  try {
    makeFolder(absolute);
    accessSync(absolute, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StartError(
      'The data folder cannot be written. Set SIGHTLINE_DATA_DIR to one that can, or change its permissions.',
      { cause },
    );
  }
  return { path: absolute, fileOf: (name) => join(absolute, name) };
}

/** Of these at least one is in every data folder that was ever used. */
const TRACES = ['gateway.sqlite', 'index.sqlite', 'blobs'];

/**
 * For commands that ask about an archive: one that is not there must not look like one that is empty and whole. Throws a
 * StartError where there is none.
 */
export function openUsedDataFolder(path: string): DataFolder {
  const absolute = resolve(path);
  if (!TRACES.some((name) => existsSync(join(absolute, name))))
    throw new StartError(
      `There is no archive in ${absolute}. Set SIGHTLINE_DATA_DIR to the folder that the gateway uses.`,
    );
  return openDataFolder(path);
}

/**
 * With the folders above it. Not Node's own `recursive`, which never comes back where the system says of a folder in an
 * existing one that there is no such folder (below /proc, on some network drives).
 */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  // Patients' images are in it: nobody else on this machine looks.
  mkdirSync(path, { mode: 0o700 });
}

/** The key of the folder's file `api-key`, made at the first start and readable by its owner only. */
export function keptApiKey(folder: DataFolder): { readonly key: string; readonly file: string } {
  const file = folder.fileOf('api-key');
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const key = readFileSync(file, 'utf8').trim();
  if (!/^[\x21-\x7e]{8,256}$/.test(key)) {
    throw new StartError(
      'The file api-key of the data folder holds no usable key. Delete it, and a new one is made.',
    );
  }
  return { key, file };
}
