import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGateway, type TestGateway } from './gateway.ts';

export interface DimseGateway extends TestGateway {
  readonly dimsePort: number;
}

export interface Peer {
  readonly aeTitle: string;
  readonly port: number;
}

/** A gateway with its DIMSE door open to these peers, who may do everything. `folder`: for its configuration. */
export async function startDimseGateway(folder: string, peers: readonly Peer[]): Promise<DimseGateway> {
  const file = join(folder, 'sightline.json');
  const may = ['store', 'find', 'move', 'get'];
  const listed = peers.map((peer) => ({ ...peer, host: '127.0.0.1', may }));
  writeFileSync(file, JSON.stringify({ dimse: { peers: listed } }));
  const gateway = await startGateway({ environment: { SIGHTLINE_CONFIG: file, SIGHTLINE_DIMSE_PORT: '0' } });
  const dimsePort = Number(/"dimsePort":(\d+)/.exec(gateway.output())?.[1]);
  return { ...gateway, dimsePort };
}

/** The answer of its DICOMweb door, as whoever has the key. */
export async function askDicomWeb(gateway: TestGateway, path: string, accept: string): Promise<Response> {
  return fetch(`${gateway.url}/dicom-web${path}`, {
    headers: { authorization: `Bearer ${gateway.apiKey}`, accept },
  });
}
