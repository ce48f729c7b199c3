import { z } from 'zod';
import { isLoopbackName } from './http/host-names.ts';
import { logLevels } from './log.ts';

/** Everything that can be set from outside; the one place where the environment is read. docs: `sightline --help`. */
export interface Config {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly publicUrl?: URL;
  readonly dataDir: string;
  /** Absent: one is made and kept in the data folder. */
  readonly apiKey?: string;
  /** False: never any demo. True: demo studies and portal, when the archive is empty at the first start. */
  readonly demo: boolean;
  readonly ticketTtlSeconds: number;
  readonly logLevel: (typeof logLevels)[number];
}

/** Something outside the program prevents it from working. The message is one sentence for the operator. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const PREFIX = 'SIGHTLINE_';

const environment = z.object({
  SIGHTLINE_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:[\]-]+$/, 'must be a host name or an IP address')
    .default('127.0.0.1'),
  SIGHTLINE_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65535, 'must be a number from 0 to 65535')
    .default(8090),
  SIGHTLINE_PUBLIC_URL: z
    .string()
    .refine(isOrigin, 'must be an http or https origin without a path')
    .transform((text) => new URL(text))
    .optional(),
  SIGHTLINE_DATA_DIR: z.string().default('./data'),
  // One choice each so far; said now, a wrong one is not a surprise later.
  SIGHTLINE_INDEX: z.literal('sqlite:', 'must be sqlite: (no other index exists yet)').optional(),
  SIGHTLINE_BLOBS: z.literal('file:', 'must be file: (no other store exists yet)').optional(),
  SIGHTLINE_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{8,256}$/, 'must be 8 to 256 visible ASCII characters')
    .optional(),
  SIGHTLINE_DEMO: z.enum(['on', 'off'], 'must be on or off').default('on'),
  SIGHTLINE_TICKET_TTL_SECONDS: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a number from 1 to 300')
    .transform(Number)
    .refine((seconds) => seconds >= 1 && seconds <= 300, 'must be a number from 1 to 300')
    .default(60),
  SIGHTLINE_LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
});

/** The keys that do something, for `--help` and its test. */
export const configKeys: readonly string[] = Object.keys(environment.shape);

/**
 * Called once, by main.ts. An empty value counts as absent. Throws a StartError that lists every bad key by name and
 * never repeats a value, which may be a secret.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = environment.safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new StartError(`The configuration is not usable:\n${[...new Set(lines)].join('\n')}`);
  }
  const values = result.data;
  requireLoopback(values.SIGHTLINE_HOST, values.SIGHTLINE_API_KEY);
  return {
    host: values.SIGHTLINE_HOST.replace(/^\[(.*)\]$/, '$1'),
    port: values.SIGHTLINE_PORT,
    ...(values.SIGHTLINE_PUBLIC_URL && { publicUrl: values.SIGHTLINE_PUBLIC_URL }),
    dataDir: values.SIGHTLINE_DATA_DIR,
    ...(values.SIGHTLINE_API_KEY && { apiKey: values.SIGHTLINE_API_KEY }),
    demo: values.SIGHTLINE_DEMO === 'on',
    ticketTtlSeconds: values.SIGHTLINE_TICKET_TTL_SECONDS,
    logLevel: values.SIGHTLINE_LOG_LEVEL,
  };
}

/** Keys with our prefix that mean nothing: a slip of the pen that would otherwise go unseen. */
export function unknownKeys(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.keys(env).filter((key) => key.startsWith(PREFIX) && !configKeys.includes(key));
}

/** Patient images are not offered to a network without both a key for programs and a login for people. */
function requireLoopback(host: string, apiKey: string | undefined): void {
  if (isLoopbackName(host)) return;
  const missing = [
    ...(apiKey === undefined ? ['an API key (SIGHTLINE_API_KEY)'] : []),
    'a login for people, which this version does not have yet',
  ];
  throw new StartError(
    `SIGHTLINE_HOST names an address beyond this machine, and that needs ${missing.join(' and ')}. Leave it at 127.0.0.1.`,
  );
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin, href } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && href === `${origin}/`;
}
