import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The services of DIMSE that a peer may ask for. */
export const dimseServices = ['store', 'find', 'move', 'get'] as const;

/** PS3.5 6.2: 16 characters of the default repertoire, no backslash, and not spaces alone. */
export const AE_TITLE = /^(?! )[\x20-\x5b\x5d-\x7e]{1,16}(?<! )$/;

const peer = z.strictObject({
  aeTitle: z.string('must be a text').regex(AE_TITLE, 'must be an AE title of 1 to 16 characters'),
  host: z
    .string('must be a text')
    .regex(/^[A-Za-z0-9.:[\]-]{1,253}$/, 'must be a host name or an IP address'),
  port: z
    .number('must be a number from 1 to 65535')
    .int('must be a number from 1 to 65535')
    .min(1, 'must be a number from 1 to 65535')
    .max(65535, 'must be a number from 1 to 65535'),
  may: z.array(z.enum(dimseServices, `must be of ${dimseServices.join(', ')}`), 'must be a list'),
});

const schema = z.strictObject({
  dimse: z
    .strictObject({
      peers: z.array(peer, 'must be a list').refine(hasDistinctTitles, 'names the same AE title twice'),
    })
    .optional(),
});

export type ConfigFile = z.infer<typeof schema>;

function hasDistinctTitles(peers: readonly { readonly aeTitle: string }[]): boolean {
  return new Set(peers.map(({ aeTitle }) => aeTitle)).size === peers.length;
}

export type ConfigFileResult =
  | { readonly config: ConfigFile }
  /** One line for each bad key, by its path; never a value. */
  | { readonly problems: readonly string[] };

/** The file that SIGHTLINE_CONFIG names: settings that are lists. */
export function readConfigFile(path: string): ConfigFileResult {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return { problems: ['names no file that can be read'] };
  }
  return parseConfigFile(text);
}

export function parseConfigFile(text: string): ConfigFileResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problems: ['names a file that is not JSON'] };
  }
  const result = schema.safeParse(json);
  if (result.success) return { config: result.data };
  const problems = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${[...issue.path, key].join('.')}: is no setting`)
      : [`${issue.path.join('.') || 'the whole'}: ${issue.message}`],
  );
  return { problems: [...new Set(problems)] };
}
