import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Archive } from '@sightline/archive';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '@sightline/dicom';
import { CommandField } from './command-set.ts';
import { createFindHandler } from './find-scp.ts';
import { Implementation } from './library.ts';
import { createPeers, type DimsePeer } from './peers.ts';
import { createGetHandler, createMoveHandler } from './retrieve-scp.ts';
import { type Handler, type Rejection, ServedAssociation } from './served-association.ts';
import { Status } from './status.ts';
import { createStoreHandler } from './store-scp.ts';

export interface DimseDoorOptions {
  readonly archive: Pick<Archive, 'storeIf' | 'handle'>;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly aeTitle: string;
  readonly peers: readonly DimsePeer[];
  /** Unforeseen errors; what peers do wrong is none. */
  readonly onFailure: (error: unknown) => void;
  /** For the operator: who was sent away says no more than that. */
  readonly onRejected?: (rejection: Rejection) => void;
  /** A peer from which nothing comes for so long is given up; 60 s unless a test says otherwise. */
  readonly silenceMs?: number;
}

export interface DimseDoor {
  readonly port: number;
  /**
   * Takes no new association, lets the open ones end, and aborts those that have not after `graceMs`. Closing again
   * waits for the same.
   */
  close(graceMs: number): Promise<void>;
}

const SILENCE_MS = 60_000;
const MAX_ASSOCIATIONS = 64;
/** Refused associations are answered too; beyond these, connections are not even read. */
const MAX_CONNECTIONS = 128;
/** What we announce: peers that send larger units than the usual 16 KiB are twice as fast. */
const MAX_PDU_BYTES = 128 * 1024;
const CLOSE_STEP_MS = 20;

/**
 * Listens for DIMSE associations (PS3.7, PS3.8) and answers them from the archive. Rejects with Node's own error when
 * it cannot listen.
 */
export async function openDimseDoor(options: DimseDoorOptions): Promise<DimseDoor> {
  Implementation.setImplementationClassUid(IMPLEMENTATION_CLASS_UID);
  Implementation.setImplementationVersion(IMPLEMENTATION_VERSION_NAME);
  Implementation.setMaxPduLength(MAX_PDU_BYTES);
  const { aeTitle, onFailure, onRejected = () => {}, silenceMs = SILENCE_MS } = options;
  const peers = createPeers(options.peers);
  const handlers = handlersOf(options, silenceMs);
  const open = new Set<ServedAssociation>();
  const server = createServer((socket) => {
    const association: ServedAssociation = new ServedAssociation(socket, {
      aeTitle,
      peers,
      handlers,
      silenceMs,
      onFailure,
      onRejected,
      isFull: () => open.size > MAX_ASSOCIATIONS,
      onClose: () => open.delete(association),
    });
    open.add(association);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(options.port, options.host.replace(/^\[(.*)\]$/, '$1'));
  await once(server, 'listening');
  const address = server.address();
  let closed: Promise<unknown> | undefined;
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    async close(graceMs) {
      closed ??= new Promise((resolve) => server.close(resolve));
      const end = performance.now() + graceMs;
      while (open.size > 0 && performance.now() < end) await wait(CLOSE_STEP_MS);
      for (const association of open) association.close();
      await closed;
    },
  };
}

function handlersOf(options: DimseDoorOptions, silenceMs: number): ReadonlyMap<number, Handler> {
  const { archive, aeTitle, onFailure } = options;
  const retrieve = { archive, aeTitle, silenceMs, peers: createPeers(options.peers) };
  const echo: Handler = (asked) => asked.reply({ Status: Status.Success });
  return new Map([
    [CommandField.EchoRequest, echo],
    [CommandField.StoreRequest, createStoreHandler(archive, onFailure)],
    [CommandField.FindRequest, createFindHandler(archive, aeTitle)],
    [CommandField.GetRequest, createGetHandler(retrieve)],
    [CommandField.MoveRequest, createMoveHandler(retrieve)],
  ]);
}
