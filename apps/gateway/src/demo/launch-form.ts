import { Problem } from '@sightline/contract';
import { LaunchError, type LaunchRequest, parseLaunchBody } from '@sightline/launch';
import { readBody } from '../http/read-json.ts';
import type { RouteRequest } from '../http/route.ts';

export interface LaunchForm {
  readonly launch: LaunchRequest;
  /** Which of the launch's links the person goes to. */
  readonly open: 'viewer' | 'dnviewer';
}

const LIMITS = { maxBytes: 16 * 1024, timeoutMs: 10_000 };

/**
 * The portal's button: fields `study` (one or more Study Instance UIDs) and `open`. Becomes the launch request that a
 * portal's own server would send. Throws Problem launch_unreadable, body_too_large or request_timeout.
 */
export async function readLaunchForm(request: RouteRequest): Promise<LaunchForm> {
  const mediaType = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/x-www-form-urlencoded') throw new Problem('launch_unreadable');
  const fields = new URLSearchParams(Buffer.from(await readBody(request.body, LIMITS)).toString());
  const open = fields.get('open');
  if (open !== 'viewer' && open !== 'dnviewer') throw new Problem('launch_unreadable');
  return { launch: toLaunch(fields.getAll('study')), open };
}

function toLaunch(studyInstanceUids: readonly string[]): LaunchRequest {
  try {
    return parseLaunchBody({
      selections: [{ target: { kind: 'studies', studyInstanceUids } }],
      label: 'Northbridge Hospital (demo)',
    });
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    throw new Problem('launch_unreadable', { cause: error });
  }
}

/**
 * A launch made here needs no API key, so only our own page may ask for one. Browsers say where a form comes from in
 * Sec-Fetch-Site or, over plain http to another machine, only in Origin; who says neither is not a browser on our page.
 */
export function requireOwnPage(request: RouteRequest): void {
  const { 'sec-fetch-site': site, origin } = request.headers;
  const isOwn =
    (site === undefined || site === 'same-origin') &&
    (origin === undefined || origin === request.baseUrl) &&
    (site !== undefined || origin !== undefined);
  if (!isOwn) throw new Problem('cross_site_refused');
}
