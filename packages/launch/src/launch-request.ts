import { asUid, type Uid } from '@sightline/dicom';
import { z } from 'zod';

/**
 * What every launch language is translated into. Nothing past this type knows in which language a launch came.
 * Secrets may be inside (`auth`): a launch request is never logged.
 */
export interface LaunchRequest {
  /** The language it came in; `sightline` is the body of POST /api/launches. */
  readonly dialect: 'sightline';
  /** What to open, in the order in which it was named; at least one. */
  readonly selections: readonly LaunchSelection[];
  /** Who looks, as the caller says; shown to that person, never trusted for access. */
  readonly user?: LaunchUser;
  /** Display name of the calling provider, cleaned of control and direction characters. */
  readonly label?: string;
  readonly presentation?: LaunchPresentation;
}

export interface LaunchSelection {
  readonly target: LaunchTarget;
  /** Where the target is. Absent: the archives this gateway is configured with. */
  readonly source?: LaunchSource;
}

export interface LaunchTarget {
  readonly kind: 'studies';
  /** Study Instance UIDs, at least one. */
  readonly studyInstanceUids: readonly Uid[];
}

/** Named by the caller, so untrusted: the gateway checks it before any use. */
export interface LaunchSource {
  readonly kind: 'dicomweb';
  /** Absolute http(s) URL of the DICOMweb service root, without user information, query and fragment. */
  readonly baseUrl: string;
  /** Credentials for exactly the origin of `baseUrl`. Absent: none. */
  readonly auth?: LaunchAuth;
  /** True: the caller runs that server, and metadata-first retrieval is known to work there. */
  readonly firstParty?: boolean;
}

export type LaunchAuth =
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'header'; readonly name: string; readonly value: string }
  | { readonly type: 'basic'; readonly username: string; readonly password: string };

export interface LaunchUser {
  readonly name: string;
  readonly role?: string;
}

export interface LaunchPresentation {
  /** False: open beside what a desktop viewer already shows. Absent means true. */
  readonly replaceWorkspace?: boolean;
}

/** One place of a launch request that cannot be used. */
export interface LaunchFault {
  /** JSON pointer (RFC 6901) to the place; empty for the whole document. */
  readonly pointer: string;
  readonly code: LaunchFaultCode;
  readonly message: string;
}

/** Fixed sentences: a value may name a patient or be a secret, so none is ever repeated. */
export const launchFaults = {
  required: 'This is required.',
  unknown_key: 'This key is not known here.',
  wrong_type: 'This has the wrong JSON type.',
  bad_value: 'This value is not allowed here.',
  bad_uid: 'This is not a DICOM UID (digits and dots, at most 64 characters, PS3.5 section 9.1).',
  bad_url: 'This is not an absolute http or https URL of a service root.',
  too_short: 'This is empty.',
  too_long: 'This is longer than is accepted.',
  target_unsupported: 'This kind of target cannot be opened by this version; name studies by their UIDs.',
  source_unsupported: 'This gateway does not fetch from that archive; leave the source out.',
} as const;

export type LaunchFaultCode = keyof typeof launchFaults;

/** "This is a launch, and it is wrong." Carries every fault at once, so that a caller can mend them in one go. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
  readonly faults: readonly LaunchFault[];

  constructor(faults: readonly LaunchFault[]) {
    super('The launch request cannot be used.');
    this.faults = faults;
  }
}

/** Control and direction-changing characters can make one text look like another on a screen or in a log. */
const INVISIBLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const uid = z.string().transform((text, context): Uid => {
  const parsed = asUid(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', params: { fault: 'bad_uid' } });
  return z.NEVER;
});

const serviceRoot = z
  .string()
  .max(2048)
  .refine(isServiceRoot, { params: { fault: 'bad_url' } });

/** What a person reads: cleaned, and at most 128 characters (DN Viewer rule D04). */
const displayText = z
  .string()
  .transform((text) => text.replace(INVISIBLE, '').trim())
  .pipe(z.string().min(1).max(128));

/** What may stand in a header field, RFC 9110 section 5.5: a line break here would be a second header. */
const visible = z
  .string()
  .max(8192)
  .regex(/^[\x21-\x7e]+$/);

const auth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('bearer'), token: visible }),
  z.strictObject({
    type: z.literal('header'),
    name: z
      .string()
      .max(128)
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/),
    value: z
      .string()
      .max(8192)
      .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/),
  }),
  z.strictObject({
    type: z.literal('basic'),
    username: z
      .string()
      .max(256)
      .regex(/^[^:\p{Cc}]+$/u),
    password: z.string().max(1024),
  }),
]);

const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('studies'), studyInstanceUids: z.array(uid).min(1).max(100) }),
]);

const source = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('dicomweb'),
    baseUrl: serviceRoot,
    auth: auth.optional(),
    firstParty: z.boolean().optional(),
  }),
]);

/** The body of POST /api/launches. Unknown keys are refused: a restriction that we do not know must not be lost. */
const launchBody = z.strictObject({
  selections: z
    .array(z.strictObject({ target, source: source.optional() }))
    .min(1)
    .max(50),
  user: z.strictObject({ name: displayText, role: displayText.optional() }).optional(),
  label: displayText.optional(),
  presentation: z.strictObject({ replaceWorkspace: z.boolean().optional() }).optional(),
});

/**
 * Reads the body of POST /api/launches, already parsed as JSON.
 * Throws a LaunchError that names every fault; never a value.
 */
export function parseLaunchBody(body: unknown): LaunchRequest {
  // The input in an issue tells "absent" from "wrong"; issues do not leave this file.
  const result = launchBody.safeParse(body, { reportInput: true });
  if (!result.success) throw new LaunchError(result.error.issues.flatMap(faultsOf));
  // zod writes an optional key as "T | undefined"; a key that is absent in JSON is absent in its result too.
  return { dialect: 'sightline', ...result.data } as LaunchRequest;
}

/** Every study that a launch names, each once, in the order of naming. */
export function studiesOf(request: LaunchRequest): readonly Uid[] {
  return [...new Set(request.selections.flatMap((selection) => selection.target.studyInstanceUids))];
}

function isServiceRoot(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  return isHttp && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

function faultsOf(issue: z.core.$ZodIssue): LaunchFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => fault([...issue.path, key], 'unknown_key'));
  }
  return [fault(issue.path, codeOf(issue))];
}

function codeOf(issue: z.core.$ZodIssue): LaunchFaultCode {
  if (issue.code === 'invalid_type') return issue.input === undefined ? 'required' : 'wrong_type';
  if (issue.code === 'invalid_union') return unionCode(issue);
  if (issue.code === 'too_small') return 'too_short';
  if (issue.code === 'too_big') return 'too_long';
  if (issue.code === 'custom') return issue.params?.['fault'] === 'bad_uid' ? 'bad_uid' : 'bad_url';
  return 'bad_value';
}

/** The unions are told apart by one key; an unknown word there is a language we do not speak (yet). */
function unionCode(issue: z.core.$ZodIssue): LaunchFaultCode {
  const [parent, key] = issue.path.slice(-2);
  const given: unknown = issue.input;
  const word: unknown =
    typeof given === 'object' && given !== null && typeof key === 'string' && Object.hasOwn(given, key)
      ? Reflect.get(given, key)
      : undefined;
  if (word === undefined) return 'required';
  if (typeof word !== 'string') return 'wrong_type';
  if (parent === 'target') return 'target_unsupported';
  return parent === 'source' ? 'source_unsupported' : 'bad_value';
}

function fault(path: readonly PropertyKey[], code: LaunchFaultCode): LaunchFault {
  const pointer = path
    .map((key) => `/${String(key).slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
  return { pointer, code, message: launchFaults[code] };
}
