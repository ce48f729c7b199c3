import type { Socket } from 'node:net';
import { CommandField, type CommandSet, isResponse } from './command-set.ts';
import { type Message, Wire, WireError } from './wire.ts';

/** One presentation context that was accepted. */
export interface AcceptedContext {
  readonly id: number;
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  /** The acceptor of the association may send objects in it, for C-GET. */
  readonly isProvider: boolean;
}

/** A message that asks for something, in a context that was accepted. */
export interface Request extends Message {
  readonly context: AcceptedContext;
  /** Aborted when the peer cancels the request or the association is over. */
  readonly signal: AbortSignal;
}

export interface ExchangeOptions {
  readonly silenceMs: number;
  /** One after the other. A rejection aborts the association. */
  readonly onRequest: (request: Request) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly onClose: () => void;
}

/** Requests that a peer may send ahead of their answers; one that sends more does not wait as it has to. */
const MAX_QUEUED = 16;
const MAX_MESSAGE_ID = 0xffff;

/** The messages of one association (PS3.7): requests to us one after the other, cancels at once, answers to ours. */
export class Exchange {
  readonly wire: Wire;
  /** By their ids; empty until the association is accepted. */
  contexts: ReadonlyMap<number, AcceptedContext> = new Map();
  readonly #options: ExchangeOptions;
  readonly #running = new Map<number, AbortController>();
  readonly #awaited = new Map<number, PromiseWithResolvers<CommandSet>>();
  #queue: Promise<void> = Promise.resolve();
  #working = 0;
  #lastMessageId = 0;

  constructor(socket: Socket, options: ExchangeOptions) {
    this.#options = options;
    this.wire = new Wire(socket, {
      silenceMs: options.silenceMs,
      isWorking: () => this.#working > 0,
      onMessage: (message) => this.#onMessage(message),
      onClose: () => this.#closed(),
    });
  }

  /** Sends a request of ours and resolves with its answer. Rejects with WireError when the association ends before. */
  async request(
    context: AcceptedContext,
    command: CommandSet,
    dataSet: AsyncIterable<Uint8Array>,
  ): Promise<CommandSet> {
    this.#lastMessageId = (this.#lastMessageId % MAX_MESSAGE_ID) + 1;
    const id = this.#lastMessageId;
    const answer = Promise.withResolvers<CommandSet>();
    answer.promise.catch(() => undefined); // awaited only after the request is out
    this.#awaited.set(id, answer);
    try {
      await this.wire.send(context.id, { ...command, MessageID: id }, dataSet);
      // Whoever asks now waits for the peer, whose silence counts.
      this.#working -= 1;
      try {
        return await answer.promise;
      } finally {
        this.#working += 1;
      }
    } finally {
      this.#awaited.delete(id);
    }
  }

  #onMessage(message: Message): void {
    const { CommandField: field = 0, MessageIDBeingRespondedTo: respondedTo = 0 } = message.command;
    const context = this.contexts.get(message.contextId);
    if (!context) throw new WireError('a message in a context that was not accepted');
    if (field === CommandField.CancelRequest) this.#running.get(respondedTo)?.abort();
    else if (isResponse(field)) {
      message.dataSet?.drop();
      this.#awaited.get(respondedTo)?.resolve(message.command);
    } else this.#enqueue(message, context);
  }

  #enqueue(message: Message, context: AcceptedContext): void {
    const id = message.command.MessageID ?? 0;
    if (this.#running.size >= MAX_QUEUED || this.#running.has(id)) {
      throw new WireError('more requests at once than were agreed');
    }
    const controller = new AbortController();
    this.#running.set(id, controller);
    this.#queue = this.#queue.then(async () => {
      this.#working += 1;
      try {
        if (!this.wire.isOver)
          await this.#options.onRequest({ ...message, context, signal: controller.signal });
      } catch (error) {
        if (!(error instanceof WireError)) this.#options.onFailure(error);
        this.wire.abort();
      } finally {
        this.#working -= 1;
        message.dataSet?.drop();
        this.#running.delete(id);
      }
    });
  }

  #closed(): void {
    for (const controller of this.#running.values()) controller.abort();
    for (const answer of this.#awaited.values()) answer.reject(new WireError('the association is over'));
    this.#options.onClose();
  }
}
