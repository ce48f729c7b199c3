import type { Socket } from 'node:net';
import type { Actor } from '@sightline/archive';
import { CommandField, type CommandSet, responseTo } from './command-set.ts';
import { type AcceptedContext, Exchange, type Request } from './exchange.ts';
import {
  Implementation,
  type Negotiation,
  PresentationContextResult,
  RejectReason,
  RejectResult,
  RejectSource,
  Scp,
} from './library.ts';
import type { DimseService, Peers } from './peers.ts';
import { judgeContext } from './presentation-contexts.ts';
import { Status } from './status.ts';

/** One request of the peer, with everything that its handler needs of the association. */
export interface Asked extends Request {
  readonly actor: Actor;
  readonly callingAeTitle: string;
  readonly exchange: Exchange;
  /** One response; those before the last have status Pending. */
  reply(response: CommandSet, dataSet?: AsyncIterable<Uint8Array>): Promise<void>;
}

export type Handler = (asked: Asked) => Promise<void>;

/** Why there is no association, for the operator. The names that were said are a stranger's text, and not in it. */
export interface Rejection {
  readonly reason: 'calling_ae_title_or_host' | 'called_ae_title' | 'too_many_associations';
  /** Of the peer. */
  readonly address: string;
}

export interface AssociationOptions {
  readonly aeTitle: string;
  readonly peers: Peers;
  /** By the value of Command Field. */
  readonly handlers: ReadonlyMap<number, Handler>;
  readonly silenceMs: number;
  /** No more associations can be taken now. */
  readonly isFull: () => boolean;
  readonly onFailure: (error: unknown) => void;
  readonly onRejected: (rejection: Rejection) => void;
  readonly onClose: () => void;
}

/** The service that each request belongs to; C-ECHO is for everyone. */
const services: ReadonlyMap<number, DimseService | 'echo'> = new Map([
  [CommandField.EchoRequest, 'echo'],
  [CommandField.StoreRequest, 'store'],
  [CommandField.FindRequest, 'find'],
  [CommandField.MoveRequest, 'move'],
  [CommandField.GetRequest, 'get'],
]);

/** PS3.8 table 9-21. */
const nameReasons = {
  called_ae_title: RejectReason.CalledAeNotRecognized,
  calling_ae_title_or_host: RejectReason.CallingAeNotRecognized,
} as const;

const verdicts = {
  user: PresentationContextResult.RejectUser,
  sop_class: PresentationContextResult.RejectAbstractSyntaxNotSupported,
  transfer_syntax: PresentationContextResult.RejectTransferSyntaxesNotSupported,
} as const;

/** An association that a peer opens with us. The library reads its request and writes our answer. */
export class ServedAssociation extends Scp {
  readonly #exchange: Exchange;
  readonly #options: AssociationOptions;
  #callingAeTitle = '';
  #services: ReadonlySet<DimseService> = new Set();
  #isNegotiated = false;

  constructor(socket: Socket, options: AssociationOptions) {
    const exchange = new Exchange(socket, {
      silenceMs: options.silenceMs,
      onRequest: (request) => this.#answer(request),
      onFailure: options.onFailure,
      onClose: options.onClose,
    });
    super(exchange.wire as unknown as Socket); // of a socket, the library uses what Wire has
    this.#exchange = exchange;
    this.#options = options;
    this.on('networkError', () => exchange.wire.abort());
    exchange.wire.start();
  }

  /** Waits for nothing. */
  close(): void {
    this.#exchange.wire.abort();
  }

  override associationRequested(association: Negotiation): void {
    const { wire } = this.#exchange;
    if (this.#isNegotiated) return wire.abort();
    this.#isNegotiated = true;
    this.#negotiate(association).catch((error: unknown) => {
      this.#options.onFailure(error);
      wire.abort();
    });
  }

  override associationReleaseRequested(): void {
    this.sendAssociationReleaseResponse();
    this.#exchange.wire.end();
  }

  override abort(): void {
    this.#exchange.wire.end();
  }

  async #negotiate(association: Negotiation): Promise<void> {
    const { aeTitle, peers, isFull } = this.#options;
    const { wire } = this.#exchange;
    this.#callingAeTitle = association.getCallingAeTitle();
    if (isFull()) {
      const { ServiceProviderPresentation } = RejectSource;
      this.#options.onRejected({ reason: 'too_many_associations', address: wire.remoteAddress ?? '' });
      this.#reject(RejectResult.Transient, ServiceProviderPresentation, RejectReason.LocalLimitExceeded);
      return;
    }
    if (association.getCalledAeTitle() !== aeTitle) return this.#rejectName('called_ae_title');
    const services = await peers.servicesOf(this.#callingAeTitle, wire.remoteAddress);
    if (!services) return this.#rejectName('calling_ae_title_or_host');
    this.#services = services;
    this.#exchange.contexts = acceptContexts(association, services);
    wire.peerMaxPduLength = association.getMaxPduLength();
    // What the library would announce is the smaller of both; the peer may send us units of our own size.
    association.setMaxPduLength(Implementation.getMaxPduLength());
    association.setNegotiateAsyncOps(false);
    this.sendAssociationAccept();
  }

  #rejectName(name: keyof typeof nameReasons): void {
    this.#options.onRejected({ reason: name, address: this.#exchange.wire.remoteAddress ?? '' });
    this.#reject(RejectResult.Permanent, RejectSource.ServiceUser, nameReasons[name]);
  }

  #reject(result: number, source: number, reason: number): void {
    this.sendAssociationReject(result, source, reason);
    this.#exchange.wire.end();
  }

  async #answer(request: Request): Promise<void> {
    const { CommandField: field = 0, MessageID, AffectedSOPClassUID } = request.command;
    const reply: Asked['reply'] = (response, dataSet) =>
      this.#exchange.wire.send(
        request.contextId,
        {
          CommandField: responseTo(field),
          ...(MessageID !== undefined && { MessageIDBeingRespondedTo: MessageID }),
          ...(AffectedSOPClassUID !== undefined && { AffectedSOPClassUID }),
          ...response,
        },
        dataSet,
      );
    const service = services.get(field);
    const handler = this.#options.handlers.get(field);
    if (!service || !handler || AffectedSOPClassUID !== request.context.sopClassUid) {
      request.dataSet?.drop();
      return reply({ Status: Status.UnrecognizedOperation });
    }
    if (service !== 'echo' && !this.#services.has(service)) {
      request.dataSet?.drop();
      return reply({ Status: Status.NotAuthorized });
    }
    await handler({
      ...request,
      exchange: this.#exchange,
      callingAeTitle: this.#callingAeTitle,
      actor: this.#actor(),
      reply,
    });
  }

  #actor(): Actor {
    const address = this.#exchange.wire.remoteAddress;
    return { name: `dimse:${this.#callingAeTitle}`, ...(address !== undefined && { address }) };
  }
}

/** Answers each context within the association, and says which were accepted. */
function acceptContexts(
  association: Negotiation,
  services: ReadonlySet<DimseService>,
): ReadonlyMap<number, AcceptedContext> {
  const proposed = association.getPresentationContexts();
  // The roles that were proposed for a class; the library notes them at its first context only.
  const providers = new Set(
    proposed
      .filter(({ context }) => context.getProviderRole())
      .map(({ context }) => context.getAbstractSyntaxUid()),
  );
  const accepted = new Map<number, AcceptedContext>();
  for (const { id, context } of proposed) {
    const sopClassUid = context.getAbstractSyntaxUid();
    const isProvider = providers.has(sopClassUid) && services.has('get');
    const verdict = judgeContext(
      { sopClassUid, isProvider, transferSyntaxUids: context.getTransferSyntaxUids() },
      services,
    );
    if (context.getProviderRole() !== undefined) context.setProviderRole(isProvider);
    if (verdict.kind === 'refused') context.setResult(verdicts[verdict.reason]);
    else {
      const { transferSyntaxUid } = verdict;
      context.setResult(PresentationContextResult.Accept, transferSyntaxUid);
      accepted.set(id, { id, sopClassUid, transferSyntaxUid, isProvider });
    }
  }
  return accepted;
}
