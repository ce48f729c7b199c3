import { once } from 'node:events';
import { connect } from 'node:net';
import type { Archive } from '@sightline/archive';

/** Shapes of everyday searches; each finds a page at most, whatever is stored. */
const searches = [
  'limit=100',
  'StudyDate=20000101-&limit=50',
  'PatientName=zzzz*&limit=10',
  'PatientID=zzzz',
];
/** A request that has no answer by then is of no use any more. */
const TIMEOUT_MS = 5000;

export interface Warmed {
  readonly archive: Pick<Archive, 'firstImage' | 'listStudies'>;
  /** Where the server listens. */
  readonly url: string;
  readonly apiKey: string;
}

/**
 * Asks a server that has just started, over a connection like anybody's, what people ask most, so that the first of them
 * does not wait for code to be compiled and for the first pages of the index. The metadata of a whole series makes the
 * joining of it fast code. Best effort: what goes wrong here will go wrong, and be answered, when it is asked for.
 */
export async function warmServer({ archive, url, apiKey }: Warmed): Promise<void> {
  const ask = (path: string): Promise<void> => read(new URL(url), path, apiKey);
  try {
    for (const query of searches) await ask(`/studies?${query}`);
    const [study] = await archive.listStudies({ limit: 1 });
    const uid = study?.['0020000D']?.Value?.[0];
    const image = typeof uid === 'string' ? await archive.firstImage(uid) : undefined;
    if (!image) return;
    await ask(`/studies/${image.studyInstanceUid}/series`);
    await ask(`/studies/${image.studyInstanceUid}/series/${image.seriesInstanceUid}/metadata`);
  } catch {
    // Stopped before it was warm, or not to be reached by this name.
  }
}

/** A name of this machine is served whatever the public one is. */
async function read({ hostname, port }: URL, path: string, apiKey: string): Promise<void> {
  const socket = connect(Number(port), hostname.replaceAll(/[[\]]/g, ''));
  socket.unref();
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
  const lines = [
    `GET /dicom-web${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${apiKey}`,
    'Accept: application/dicom+json',
    'Accept-Encoding: gzip',
    'Connection: close',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  socket.resume();
  await once(socket, 'close');
}
