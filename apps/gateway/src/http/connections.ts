import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * What is going on on each connection of a server. Node itself counts one on which nothing was ever asked as busy, and
 * browsers keep such a one in reserve.
 */
export class Connections {
  readonly #open = new Map<Socket, Set<ServerResponse>>();
  #isClosing = false;

  watch(server: Server): void {
    server.on('connection', (socket) => {
      this.#open.set(socket, new Set());
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  /** A request has arrived; it is over when its answer is out, or its connection gone. */
  begin(socket: Socket, outgoing: ServerResponse): void {
    const exchanges = this.#open.get(socket);
    exchanges?.add(outgoing);
    outgoing.once('close', () => {
      exchanges?.delete(outgoing);
      if (this.#isClosing && exchanges?.size === 0) socket.destroySoon();
    });
  }

  /** Whether an answer has begun and is not at its end. */
  isAnswering(socket: Socket): boolean {
    return [...(this.#open.get(socket) ?? [])].some(({ headersSent }) => headersSent);
  }

  /** Ends every connection without a request, now or when its last one is answered. */
  closeIdle(): void {
    this.#isClosing = true;
    for (const [socket, exchanges] of this.#open) if (exchanges.size === 0) socket.destroy();
  }
}
