import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import {
  element,
  fileMeta,
  item,
  latin,
  PREAMBLE,
  sequenceOf,
} from '../packages/dicom/src/test-support/part10-files.ts';
import { gatewayEnvironment, runImport, startGateway, type TestGateway } from './support/gateway.ts';
import { smallFile, ui } from './support/small-file.ts';

/** Names of files, and names in files, that lead elsewhere: nothing is read or written there. */
let root = '';
let gateway: TestGateway | undefined;

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  rmSync(root, { recursive: true, force: true });
});

/** A disc to import, and beside it what is not on it. */
function disc(): string {
  root = mkdtempSync(join(tmpdir(), 'sightline-names-'));
  const folder = join(root, 'disc');
  mkdirSync(folder);
  writeFileSync(join(root, 'secret.dcm'), smallFile({ '00080018': ui('1.9.1'), '0020000D': ui('1.9') }));
  return folder;
}

const NAMES: readonly string[] = [
  '..\\..\\outside',
  '%2e%2e%2foutside',
  '..%2foutside',
  'a\nb',
  'a\r\nSet-Cookie: x=1',
  '-rf',
  '--help',
  '$(touch outside)',
  '`touch outside`',
  'a;touch outside',
  'a|outside',
  '&&',
  ' ',
  '.hidden',
  '...',
  'CON',
  'NUL.dcm',
  'C:outside',
  'file:outside',
  '~',
  '*',
  '?',
  '\u202efdp.exe',
  '\uff0e\uff0e\uff0foutside',
  'x'.repeat(240),
  '"',
  "'",
  '<script>',
  '%s%n',
  '\u{1f4a3}',
]; // prettier-ignore

const DIRECTORY_CLASS = '1.2.840.10008.1.3.10';

/** A directory whose every record names a file that is not below it. */
function directory(): Uint8Array {
  const references = [
    '..\\secret.dcm',
    '..\\..\\..\\..\\etc\\passwd',
    '\\etc\\passwd',
    'C:\\secret.dcm',
    '../secret.dcm',
  ];
  const records = references.map((name) =>
    item(Buffer.concat([element(0x00041430, 'CS', latin('IMAGE')), element(0x00041500, 'CS', latin(name))])),
  );
  return Buffer.concat([
    PREAMBLE,
    fileMeta('1.2.840.10008.1.2.1'),
    element(0x00080016, 'UI', latin(DIRECTORY_CLASS, '\0')),
    sequenceOf(0x00041220, records),
  ]);
}

async function studiesOf({ url, apiKey }: TestGateway): Promise<string> {
  const response = await fetch(`${url}/dicom-web/studies`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  return response.text();
}

test('a disc of hostile names is imported, and nothing beside it read, written or run', async () => {
  const folder = disc();
  for (const [at, name] of NAMES.entries())
    writeFileSync(join(folder, name), smallFile({ '00080018': ui(`1.2.3.${at}`) }));
  mkdirSync(join(folder, 'refused'));
  for (const name of NAMES) writeFileSync(join(folder, 'refused', `${name}\u001b[31m`), 'no DICOM');
  writeFileSync(join(folder, 'DICOMDIR'), directory());
  symlinkSync(join(root, 'secret.dcm'), join(folder, 'link.dcm'));
  symlinkSync(root, join(folder, 'up'));
  const dataDir = join(root, 'data');
  const outcome = await runImport([folder], gatewayEnvironment(dataDir));
  expect(outcome.stdout).toContain(String(NAMES.length));
  // What is told of a name does not become a line or a colour of its own.
  const told = `${outcome.stdout}\n${outcome.stderr}`;
  expect(told.includes('\u001b') || told.includes('\r')).toBe(false);
  expect(told).not.toMatch(/^Set-Cookie/m);
  gateway = await startGateway({ dataDir });
  const studies = await studiesOf(gateway);
  expect(studies).toContain('1.2.3');
  expect(studies).not.toContain('1.9');
  expect(readdirSync(root).toSorted()).toEqual(['data', 'disc', 'secret.dcm']);
  expect(existsSync(join(process.cwd(), 'outside'))).toBe(false);
}, 120_000);

/** The names in a zip's central directory, read here by its layout alone. */
function zipNames(bytes: Buffer): readonly string[] {
  const names: string[] = [];
  for (
    let at = bytes.indexOf('PK\x01\x02', 0, 'latin1');
    at >= 0;
    at = bytes.indexOf('PK\x01\x02', at + 46, 'latin1')
  )
    names.push(bytes.toString('latin1', at + 46, at + 46 + bytes.readUInt16LE(at + 28)));
  return names;
}

test('a zip names its files by UIDs and nothing else', async () => {
  disc();
  gateway = await startGateway();
  const { url, apiKey } = gateway;
  const headers = { authorization: `Bearer ${apiKey}` };
  const text = { vr: 'LO', Value: ['../../outside'] } as const;
  const body = smallFile({ '00100020': text, '00081030': text, '0008103E': text });
  const stored = await fetch(`${url}/dicom-web/studies`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/dicom' },
    body,
  });
  expect(stored.status).toBe(200);
  const zip = await fetch(`${url}/dicom-web/studies/1.2.3`, {
    headers: { ...headers, accept: 'application/zip' },
  });
  const names = zipNames(Buffer.from(await zip.arrayBuffer()));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(name).toMatch(/^\d[\d.]*\/\d[\d.]*\d\.dcm$/);
});
