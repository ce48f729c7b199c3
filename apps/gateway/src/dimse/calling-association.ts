import { connect, type Socket } from 'node:net';
import { type AcceptedContext, Exchange } from './exchange.ts';
import { Association, Implementation, type Negotiation, PresentationContextResult, Scp } from './library.ts';
import type { DimsePeer } from './peers.ts';
import { EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from './presentation-contexts.ts';
import { WireError } from './wire.ts';

export interface CallingAssociation {
  readonly exchange: Exchange;
  readonly contexts: readonly AcceptedContext[];
  /** Ends it in good form, or cuts it where the peer does not answer. */
  release(): Promise<void>;
}

/** The kinds of objects that are to be sent. */
interface Kind {
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string | undefined;
}

const CONNECT_MS = 10_000;
const RELEASE_MS = 2000;
/** Ids of presentation contexts are the odd numbers of one byte, PS3.8 9.3.2.2. */
const MAX_CONTEXTS = 128;

/** Opens an association to send objects. Undefined: the peer cannot be reached or does not want it. */
export async function callPeer(
  peer: DimsePeer,
  aeTitle: string,
  kinds: readonly Kind[],
  silenceMs: number,
): Promise<CallingAssociation | undefined> {
  const caller = new Caller(connect({ host: peer.host, port: peer.port }), silenceMs);
  try {
    return await caller.open(proposal(peer, aeTitle, kinds));
  } catch (error) {
    caller.cut();
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/**
 * For each class one context for every transfer syntax that objects of it are stored in, so that the peer can take all
 * of them as they are, and one in which everybody can be served.
 */
function proposal(peer: DimsePeer, aeTitle: string, kinds: readonly Kind[]): Negotiation {
  const association = new Association(aeTitle, peer.aeTitle);
  association.setMaxPduLength(Implementation.getMaxPduLength());
  const plain = [EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN];
  const byClass = Map.groupBy(kinds, ({ sopClassUid }) => sopClassUid);
  const proposed: { readonly sopClassUid: string; readonly syntaxes: readonly string[] }[] = [];
  for (const [sopClassUid, ofClass] of byClass) {
    const stored = new Set(ofClass.flatMap(({ transferSyntaxUid }) => transferSyntaxUid ?? []));
    for (const syntax of stored) proposed.push({ sopClassUid, syntaxes: [syntax] });
    proposed.push({ sopClassUid, syntaxes: plain });
  }
  for (const [at, { sopClassUid, syntaxes }] of proposed.slice(0, MAX_CONTEXTS).entries()) {
    const id = association.addPresentationContext(sopClassUid, at * 2 + 1);
    for (const syntax of syntaxes) association.addTransferSyntaxToPresentationContext(id, syntax);
  }
  return association;
}

/** The library writes our request and reads the peer's answer. It calls what serves both sides "Scp". */
class Caller extends Scp {
  readonly #exchange: Exchange;
  readonly #socket: Socket;
  readonly #over = Promise.withResolvers<void>();
  readonly #accepted = Promise.withResolvers<Negotiation>();

  constructor(socket: Socket, silenceMs: number) {
    const exchange = new Exchange(socket, {
      silenceMs,
      onRequest: () => Promise.reject(new WireError('the peer asks where it was to answer')),
      onFailure: () => undefined,
      onClose: () => {
        this.#accepted.reject(new WireError('the association was not accepted'));
        this.#over.resolve();
      },
    });
    super(exchange.wire as unknown as Socket); // of a socket, the library uses what Wire has
    this.#exchange = exchange;
    this.#socket = socket;
    this.#accepted.promise.catch(() => undefined); // awaited only once we are connected
    this.on('associationAccepted', (association: Negotiation) => this.#accepted.resolve(association));
    for (const event of ['associationRejected', 'associationReleaseResponse', 'networkError'] as const) {
      this.on(event, () => exchange.wire.end());
    }
  }

  async open(association: Negotiation): Promise<CallingAssociation> {
    const { wire } = this.#exchange;
    const tooLate = setTimeout(() => this.cut(), CONNECT_MS);
    try {
      await this.#connected();
      wire.start();
      this.sendAssociationRequest(association);
      const accepted = await this.#accepted.promise;
      wire.peerMaxPduLength = accepted.getMaxPduLength();
      this.#exchange.contexts = acceptedContexts(accepted);
    } finally {
      clearTimeout(tooLate);
    }
    return {
      exchange: this.#exchange,
      contexts: [...this.#exchange.contexts.values()],
      release: () => this.#release(),
    };
  }

  cut(): void {
    this.#exchange.wire.destroy();
  }

  override abort(): void {
    this.#exchange.wire.end();
  }

  override associationReleaseRequested(): void {
    this.sendAssociationReleaseResponse();
    this.#exchange.wire.end();
  }

  async #connected(): Promise<void> {
    if (!this.#socket.connecting) return;
    const connected = Promise.withResolvers<void>();
    this.#socket.once('connect', () => connected.resolve());
    await Promise.race([connected.promise, this.#over.promise]);
    if (this.#exchange.wire.isOver) throw new WireError('the peer cannot be reached');
  }

  async #release(): Promise<void> {
    if (this.#exchange.wire.isOver) return;
    const tooLate = setTimeout(() => this.#exchange.wire.abort(), RELEASE_MS);
    this.sendAssociationReleaseRequest();
    await this.#over.promise;
    clearTimeout(tooLate);
  }
}

function acceptedContexts(association: Negotiation): ReadonlyMap<number, AcceptedContext> {
  const accepted = association
    .getPresentationContexts()
    .filter(({ context }) => context.getResult() === PresentationContextResult.Accept);
  return new Map(
    accepted.map(({ id, context }) => [
      id,
      {
        id,
        sopClassUid: context.getAbstractSyntaxUid(),
        transferSyntaxUid: context.getAcceptedTransferSyntaxUid() ?? '',
        isProvider: false,
      },
    ]),
  );
}
