import { z } from 'zod';
import { AE_TITLE, type ConfigFile, readConfigFile } from './config-file.ts';
import { isLoopbackName } from './http/host-names.ts';
import { logLevels } from './log.ts';
import { type BlobsSetting, type IndexSetting, parseBlobs, parseIndex } from './storage-settings.ts';

/** Everything that can be set from outside; the one place where the environment is read. docs: `sightline --help`. */
export interface Config {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly publicUrl?: URL;
  readonly dataDir: string;
  readonly index: IndexSetting;
  /** With the credentials of the AWS_ variables where they are in S3. */
  readonly blobs: BlobsSetting & { readonly credentials?: S3Credentials };
  /** Absent: no DIMSE. */
  readonly dimse?: DimseSetting;
  /** Absent: one is made and kept in the data folder. */
  readonly apiKey?: string;
  /** False: never any demo. True: demo studies and portal, when the archive is empty at the first start. */
  readonly demo: boolean;
  readonly ticketTtlSeconds: number;
  readonly logLevel: (typeof logLevels)[number];
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface DimseSetting {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly aeTitle: string;
  readonly peers: NonNullable<ConfigFile['dimse']>['peers'];
}

/** Something outside the program prevents it from working. The message is one sentence for the operator. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const PREFIX = 'SIGHTLINE_';

const host = z.string().regex(/^[A-Za-z0-9.:[\]-]+$/, 'must be a host name or an IP address');
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a number from 0 to 65535')
  .transform(Number)
  .refine((number) => number <= 65535, 'must be a number from 0 to 65535');

const environment = z.object({
  SIGHTLINE_HOST: host.default('127.0.0.1'),
  SIGHTLINE_PORT: port.default(8090),
  SIGHTLINE_PUBLIC_URL: z
    .string()
    .refine(isOrigin, 'must be an http or https origin without a path')
    .transform((text) => new URL(text))
    .optional(),
  SIGHTLINE_DATA_DIR: z.string().default('./data'),
  SIGHTLINE_INDEX: z
    .string()
    .default('sqlite:')
    .transform(parseIndex)
    .pipe(z.custom<IndexSetting>(isGiven, 'must be sqlite: or postgres://user@host/database')),
  SIGHTLINE_BLOBS: z
    .string()
    .default('file:')
    .transform(parseBlobs)
    .pipe(
      z.custom<BlobsSetting>(
        isGiven,
        'must be file: or s3://bucket/prefix?endpoint=https://host&region=name (endpoint and region are optional)',
      ),
    ),
  SIGHTLINE_CONFIG: z.string().optional(),
  SIGHTLINE_DIMSE_PORT: port.optional(),
  SIGHTLINE_DIMSE_HOST: host.default('127.0.0.1'),
  SIGHTLINE_DIMSE_AE_TITLE: z
    .string()
    .regex(AE_TITLE, 'must be an AE title of 1 to 16 characters')
    .default('SIGHTLINE'),
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
    throw unusable(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const values = result.data;
  requireLoopback(values.SIGHTLINE_HOST, values.SIGHTLINE_API_KEY);
  const dimse = dimseOf(values);
  return {
    host: withoutBrackets(values.SIGHTLINE_HOST),
    port: values.SIGHTLINE_PORT,
    ...(values.SIGHTLINE_PUBLIC_URL && { publicUrl: values.SIGHTLINE_PUBLIC_URL }),
    dataDir: values.SIGHTLINE_DATA_DIR,
    index: values.SIGHTLINE_INDEX,
    blobs: withCredentials(values.SIGHTLINE_BLOBS, given),
    ...(dimse && { dimse }),
    ...(values.SIGHTLINE_API_KEY && { apiKey: values.SIGHTLINE_API_KEY }),
    demo: values.SIGHTLINE_DEMO === 'on',
    ticketTtlSeconds: values.SIGHTLINE_TICKET_TTL_SECONDS,
    logLevel: values.SIGHTLINE_LOG_LEVEL,
  };
}

type Values = z.infer<typeof environment>;

const withoutBrackets = (name: string): string => name.replace(/^\[(.*)\]$/, '$1');

/** The file is read even where DIMSE is off: what is wrong in it should not come to light later. */
function dimseOf(values: Values): DimseSetting | undefined {
  const file =
    values.SIGHTLINE_CONFIG === undefined ? { config: {} } : readConfigFile(values.SIGHTLINE_CONFIG);
  if ('problems' in file) throw unusable(file.problems.map((problem) => `SIGHTLINE_CONFIG: ${problem}`));
  const {
    SIGHTLINE_DIMSE_PORT: port,
    SIGHTLINE_DIMSE_HOST: host,
    SIGHTLINE_DIMSE_AE_TITLE: aeTitle,
  } = values;
  if (port === undefined) return undefined;
  const peers = file.config.dimse?.peers ?? [];
  if (!isLoopbackName(host) && peers.length === 0) {
    throw unusable([
      'SIGHTLINE_DIMSE_HOST: names an address beyond this machine, and that needs the peers listed in the file of SIGHTLINE_CONFIG',
    ]);
  }
  return { host: withoutBrackets(host), port, aeTitle, peers };
}

/** From the environment alone, under the names that the tools of S3 use. */
function withCredentials(
  blobs: BlobsSetting,
  given: Readonly<Record<string, string | undefined>>,
): Config['blobs'] {
  if (blobs.kind !== 's3') return blobs;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = given;
  const { AWS_SESSION_TOKEN: sessionToken } = given;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw unusable(['SIGHTLINE_BLOBS: needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY']);
  }
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  return { ...blobs, credentials };
}

function unusable(problems: readonly string[]): StartError {
  const lines = problems.map((problem) => `  ${problem}`);
  return new StartError(`The configuration is not usable:\n${[...new Set(lines)].join('\n')}`);
}

function isGiven(value: unknown): boolean {
  return value !== undefined;
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
