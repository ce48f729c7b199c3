import { connect } from 'node:net';
import type { TestGateway } from './gateway.ts';

/** Writes to a connection of its own and gives what comes back until it closes, or half a second of silence. */
export function rawRequest({ url }: Pick<TestGateway, 'url'>, ...pieces: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setTimeout(1500, () => socket.destroy());
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('close', () => resolve(text));
    socket.on('error', (error: Error & { readonly code?: string }) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    for (const piece of pieces) socket.write(piece);
  });
}
