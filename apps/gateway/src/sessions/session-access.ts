import { Problem } from '@sightline/contract';
import { bearerToken } from '../http/api-key.ts';
import type { RouteRequest } from '../http/route.ts';
import type { Session, SessionStore } from './session-store.ts';

const COOKIE = 'sightline_session';

/**
 * The cookie of one session, sent below its path only: two launches in one browser never mix. Lax, not Strict: the
 * person arrives from a portal on another site, and Strict would keep the cookie back on that very navigation. No
 * script can read it.
 */
export function sessionCookie(id: string, secret: string, options: { readonly secure: boolean }): string {
  return `${COOKIE}=${secret}; Path=/s/${id}/; HttpOnly; SameSite=Lax${options.secure ? '; Secure' : ''}`;
}

/**
 * The session that the path names, if the request brings its secret: a bearer token (other viewers) or the cookie
 * (ours). Throws `session_required` otherwise; an ended, an unknown and somebody else's session look the same.
 */
export function requireSession(request: RouteRequest, sessions: SessionStore): Session {
  const id = request.params['session'] ?? '';
  for (const secret of secretsOf(request)) {
    const session = sessions.find(id, secret);
    if (session !== undefined) return session;
  }
  throw new Problem('session_required', { headers: { 'www-authenticate': 'Bearer realm="sightline"' } });
}

function secretsOf(request: RouteRequest): readonly string[] {
  const token = bearerToken(request);
  if (token !== undefined) return [token];
  const cookies = (request.headers['cookie'] ?? '').split(';').map((pair) => pair.trim());
  return cookies.filter((pair) => pair.startsWith(`${COOKIE}=`)).map((pair) => pair.slice(COOKIE.length + 1));
}
