import { isLoopbackName } from './http/host-names.ts';

/** Where the index is. `sqlite`: a file in the data folder. */
export type IndexSetting = { readonly kind: 'sqlite' } | { readonly kind: 'postgres'; readonly url: string };

/** Where the bytes are. `file`: a folder in the data folder. */
export type BlobsSetting = { readonly kind: 'file' } | ({ readonly kind: 's3' } & S3Setting);

export interface S3Setting {
  readonly bucket: string;
  /** Before each key: '' or a path that ends with a slash. */
  readonly prefix: string;
  /** Absent: Amazon's own of the region. */
  readonly endpoint?: string;
  readonly region: string;
}

/** Undefined: not a value of SIGHTLINE_INDEX. */
export function parseIndex(text: string): IndexSetting | undefined {
  if (text === 'sqlite:') return { kind: 'sqlite' };
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  return { kind: 'postgres', url: text };
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^[\w.-]+(\/[\w.-]+)*$/;
const REGION = /^[a-z0-9-]{2,40}$/;
const DEFAULT_REGION = 'us-east-1';

/** `s3://bucket/prefix?endpoint=https://host&region=name`. Undefined: not a value of SIGHTLINE_BLOBS. */
export function parseBlobs(text: string): BlobsSetting | undefined {
  if (text === 'file:') return { kind: 'file' };
  if (!text.startsWith('s3://') || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { hostname: bucket, searchParams: options } = url;
  const prefix = url.pathname.replace(/^\/|\/$/g, '');
  const region = options.get('region') ?? DEFAULT_REGION;
  const endpoint = options.get('endpoint');
  const isUsable =
    BUCKET.test(bucket) &&
    REGION.test(region) &&
    (prefix === '' || PREFIX.test(prefix)) &&
    (endpoint === null || isEndpoint(endpoint)) &&
    [...options.keys()].every((name) => name === 'region' || name === 'endpoint') &&
    // No credentials here: settings are shown to people, and these are not for them.
    [url.username, url.password, url.port, url.hash].every((part) => part === '');
  if (!isUsable) return undefined;
  return {
    kind: 's3',
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region,
    ...(endpoint !== null && { endpoint }),
  };
}

/** Images of patients travel in the clear on this machine only. */
function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, origin, href } = new URL(text);
  if (href !== `${origin}/`) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackName(hostname));
}
