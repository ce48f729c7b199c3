import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

const PROGRAM = '/usr/sbin/Orthanc';
const PLUGIN = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';
const START_LIMIT_MS = 30_000;

export interface Orthanc {
  readonly url: string;
  readonly dicomPort: number;
  stop(): Promise<void>;
}

/** Debian's Orthanc with its DICOMweb plugin on an empty folder; undefined where the two packages are not installed. */
export async function startOrthanc(folder: string): Promise<Orthanc | undefined> {
  if (!existsSync(PROGRAM) || !existsSync(PLUGIN)) return undefined;
  await mkdir(folder, { recursive: true });
  const [httpPort, dicomPort] = [await freePort(), await freePort()];
  const file = join(folder, 'orthanc.json');
  await writeFile(file, JSON.stringify(configuration(folder, httpPort, dicomPort)));
  const child = spawn(PROGRAM, [file], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${httpPort}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  };
  for (const until = performance.now() + START_LIMIT_MS; performance.now() < until; ) {
    if (await answers(`${url}/system`)) return { url, dicomPort, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error('Orthanc did not start');
}

/** As Debian has it, but for what a bench on one machine needs; it syncs its storage area, which is its default. */
const configuration = (folder: string, httpPort: number, dicomPort: number): object => ({
  Name: 'peer',
  StorageDirectory: folder,
  IndexDirectory: folder,
  HttpPort: httpPort,
  DicomPort: dicomPort,
  DicomAet: 'ORTHANC',
  RemoteAccessAllowed: false,
  AuthenticationEnabled: false,
  StableAge: 60,
  Plugins: [PLUGIN],
  DicomWeb: { Enable: true, Root: '/dicom-web/', EnableWado: true, WadoRoot: '/wado' },
});

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no address');
  return address.port;
}
