import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { ByteReader } from './byte-reader.ts';
import { type CommandSet, decodeCommand, encodeCommand, hasDataSet } from './command-set.ts';
import { IncomingDataSet } from './incoming-data-set.ts';
import { maxFragmentBytes, pieces, protocolDataUnit } from './fragments.ts';

/** One message of PS3.7: a command, and its data set where it has one. */
export interface Message {
  readonly contextId: number;
  readonly command: CommandSet;
  readonly dataSet?: IncomingDataSet;
}

export interface WireOptions {
  /** Called as soon as the command is there; the data set may be on its way still. */
  readonly onMessage: (message: Message) => void;
  /** True: we owe the peer something and wait for nothing of its own, so its silence means nothing. */
  readonly isWorking: () => boolean;
  /** A peer from which, or to which, nothing moves for so long is given up. */
  readonly silenceMs: number;
  /** Once, when the connection is over, by whomever. */
  readonly onClose: () => void;
}

/** The peer broke the protocol, fell silent or left. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

const P_DATA_TF = 0x04;
const MAX_COMMAND_BYTES = 16 * 1024;
/** Of an association request: 128 contexts with dozens of transfer syntaxes each. */
const MAX_CONTROL_BYTES = 512 * 1024;
/** A-ASSOCIATE-RQ, -AC, -RJ, A-RELEASE-RQ, -RP, A-ABORT. */
const controlTypes: ReadonlySet<number> = new Set([1, 2, 3, 5, 6, 7]);
/** A-ABORT by the service provider, no reason specified: PS3.8 9.3.8. */
const ABORT = Buffer.of(7, 0, 0, 0, 0, 4, 0, 0, 2, 0);
const COMMAND = 1;
const LAST = 2;
/** How long a peer may take to take our last words before the connection is cut. */
const FAREWELL_MS = 2000;

/**
 * The connection below an association (PS3.8 9.3). P-DATA is read and written here, piece by piece and never faster
 * than the other side takes it; the units that make, refuse and end the association go to and come from the library,
 * for which this is the socket.
 */
export class Wire extends EventEmitter {
  /** As the peer announced it; 0: any. */
  peerMaxPduLength = 16_384;
  readonly #socket: Socket;
  readonly #options: WireOptions;
  #command: Buffer[] = [];
  #commandBytes = 0;
  #incoming: { readonly contextId: number; readonly dataSet: IncomingDataSet } | undefined;
  #sending: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(socket: Socket, options: WireOptions) {
    super();
    this.#socket = socket;
    this.#options = options;
    socket.setNoDelay(true);
    socket.on('error', () => undefined); // 'close' follows, and the reader ends
    socket.once('close', () => this.#closed());
    this.#watchSilence();
  }

  /** Reads until the peer ends. Begin after the library listens. */
  start(): void {
    this.#receive().then(
      () => this.end(),
      () => this.abort(),
    );
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** For the library: its own units, which are small. */
  write(unit: Uint8Array): boolean {
    return this.#isOver ? false : this.#socket.write(unit);
  }

  /** For the library, which would measure silence without knowing who owes what to whom. */
  setTimeout(): this {
    return this;
  }

  /** What was written still goes out. */
  end(): void {
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), FAREWELL_MS).unref();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** A-ABORT, and the connection is over. */
  abort(): void {
    if (this.#isOver) return;
    this.#socket.write(ABORT);
    this.end();
    this.#closed();
  }

  /**
   * One message, after those that were begun before. Rejects with WireError when the connection is lost, and with the
   * data set's own error, after which the association is aborted: half an object cannot be taken back.
   */
  send(contextId: number, command: CommandSet, dataSet?: AsyncIterable<Uint8Array>): Promise<void> {
    const sent = this.#sending.then(() => this.#send(contextId, command, dataSet));
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  async #send(
    contextId: number,
    command: CommandSet,
    dataSet: AsyncIterable<Uint8Array> | undefined,
  ): Promise<void> {
    await this.#fragment(contextId, COMMAND | LAST, encodeCommand(command, dataSet !== undefined));
    if (!dataSet) return;
    try {
      let held: Uint8Array | undefined;
      for await (const piece of pieces(dataSet, maxFragmentBytes(this.peerMaxPduLength))) {
        if (held) await this.#fragment(contextId, 0, held);
        held = piece;
      }
      await this.#fragment(contextId, LAST, held ?? new Uint8Array(0));
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  async #fragment(contextId: number, header: number, bytes: Uint8Array): Promise<void> {
    if (this.#isOver) throw new WireError('the connection is over');
    this.#socket.cork();
    this.#socket.write(protocolDataUnit(contextId, header, bytes.length));
    const hasRoom = this.#socket.write(bytes);
    this.#socket.uncork();
    if (!hasRoom) await this.#room();
  }

  /** Resolves when the peer has taken what was written, or is gone. */
  async #room(): Promise<void> {
    const room = Promise.withResolvers<void>();
    const events = ['drain', 'close'] as const;
    for (const event of events) this.#socket.once(event, room.resolve);
    await room.promise;
    for (const event of events) this.#socket.off(event, room.resolve);
  }

  async #receive(): Promise<void> {
    const reader = new ByteReader(this.#socket);
    for (;;) {
      const head = await reader.take(6);
      if (!head) return;
      const [type = 0] = head;
      const length = head.readUInt32BE(2);
      if (type === P_DATA_TF) await this.#receiveData(reader, length);
      else if (controlTypes.has(type) && length <= MAX_CONTROL_BYTES) {
        const body = await reader.take(length);
        if (!body) return;
        this.emit('data', Buffer.concat([head, body]));
      } else throw new WireError('not a unit of this protocol');
      if (this.#isOver) return;
    }
  }

  async #receiveData(reader: ByteReader, length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      const head = await reader.take(6);
      if (!head) throw new WireError('the peer left in the middle of a unit');
      const size = head.readUInt32BE(0) - 2;
      const [contextId = 0, header = 0] = head.subarray(4);
      left -= size + 6;
      if (size < 0 || left < 0) throw new WireError('a fragment does not fit its unit');
      if ((header & COMMAND) === 0) await this.#receiveFragment(reader, contextId, header, size);
      else await this.#receiveCommand(reader, contextId, header, size);
    }
  }

  async #receiveCommand(reader: ByteReader, contextId: number, header: number, size: number): Promise<void> {
    this.#commandBytes += size;
    if (this.#incoming || this.#commandBytes > MAX_COMMAND_BYTES)
      throw new WireError('an unexpected command');
    const bytes = await reader.take(size);
    if (!bytes) throw new WireError('the peer left in the middle of a command');
    this.#command.push(bytes);
    if ((header & LAST) === 0) return;
    const command = decodeCommand(Buffer.concat(this.#command));
    this.#command = [];
    this.#commandBytes = 0;
    if (!hasDataSet(command)) return this.#options.onMessage({ contextId, command });
    const dataSet = new IncomingDataSet();
    this.#incoming = { contextId, dataSet };
    this.#options.onMessage({ contextId, command, dataSet });
  }

  async #receiveFragment(reader: ByteReader, contextId: number, header: number, size: number): Promise<void> {
    const incoming = this.#incoming;
    if (incoming?.contextId !== contextId) throw new WireError('a data set without a command');
    for (let left = size; left > 0; ) {
      const bytes = await reader.some(left);
      if (!bytes) throw new WireError('the peer left in the middle of a data set');
      left -= bytes.length;
      await incoming.dataSet.write(bytes);
    }
    if ((header & LAST) === 0) return;
    this.#incoming = undefined;
    incoming.dataSet.end();
  }

  #closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#incoming?.dataSet.fail(new WireError('the connection is over'));
    this.emit('close');
    this.#options.onClose();
  }

  /** We wait for the peer: for its next unit, for more of its object, or for it to take what we send. */
  #isPeersTurn(): boolean {
    if (this.#socket.writableNeedDrain) return true;
    return this.#incoming ? !this.#incoming.dataSet.isFull : !this.#options.isWorking();
  }

  /** Bytes that the kernel took count as moving: a peer that does not read is silent too. */
  #watchSilence(): void {
    const socket = this.#socket;
    const moved = (): number => socket.bytesRead + socket.bytesWritten - socket.writableLength;
    let last = moved();
    let quiet = 0;
    const steps = 4;
    const timer = setInterval(() => {
      const isStill = moved() === last && this.#isPeersTurn();
      quiet = isStill ? quiet + 1 : 0;
      last = moved();
      if (quiet >= steps) this.abort();
    }, this.#options.silenceMs / steps);
    timer.unref();
    socket.once('close', () => clearInterval(timer));
  }
}
