import { type DestinationStream, destination, pino } from 'pino';

/** What there is to say about one answered request. Patterns of addresses, never addresses: those hold UIDs and tickets. */
export interface RequestLine {
  readonly id: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** Why, where it is a problem: a code of the catalogue. */
  readonly code?: string;
  readonly ms: number;
  /** The client left before the answer was complete. */
  readonly aborted: boolean;
  readonly busy: boolean;
}

/** Structured logs: one JSON object a line. There is no free text, so no patient data can find its way in. */
export interface Log {
  request(line: RequestLine): void;
  /** An unforeseen error: its kind and place. Its message may repeat input and is left out. */
  failure(id: string, route: string, error: unknown): void;
  event(name: string, facts?: Readonly<Record<string, number | string | boolean>>): void;
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Standard error, without waiting for it. */
export function logToStandardError(level: LogLevel): Log {
  return createLog(level, destination({ dest: 2, sync: false }));
}

export function createLog(level: LogLevel, destination: DestinationStream): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    request({ busy, ms, ...line }) {
      const facts = { ...line, ms: Math.round(ms * 10) / 10 };
      if (line.status >= 500) logger.error(facts, 'request');
      else if (busy && line.status < 400) logger.debug(facts, 'request');
      else logger.info(facts, 'request');
    },
    failure(id, route, error) {
      logger.error({ id, route, ...describe(error) }, 'failure');
    },
    event(name, facts = {}) {
      logger.info(facts, name);
    },
  };
}

function describe(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { error: typeof error };
  // The stack without its first lines, which repeat the message.
  const at = error.stack?.match(/^ {4}at .*$/gm)?.slice(0, 8) ?? [];
  const code: unknown = 'code' in error ? error.code : undefined;
  // Of the database: one of its own fixed sentences, such as "database or disk is full".
  const reason: unknown = 'errstr' in error ? error.errstr : undefined;
  return {
    error: error.name,
    ...(typeof code === 'string' && { code }),
    ...(typeof reason === 'string' && { reason }),
    at,
  };
}
