import type { HttpRequest, HttpResponse, Offer } from '@sightline/dicomweb';
import type { RequestContext } from '../archive.ts';
import { negotiate } from './accept.ts';
import { serviceTree, type ServiceNode, wadlOf } from './capabilities-document.ts';
import { capabilitiesClaims } from './service-claims.ts';
import type { Asked, Transaction } from './transaction.ts';

const offers: readonly Offer[] = capabilitiesClaims.answers.map(({ type }) => ({
  mediaType: type,
  multipart: false,
}));

/**
 * PS3.18 8.9: what this service offers to who asks, by resource, made from the rows of the service. What the request
 * may not do is not among it.
 */
export function retrieveCapabilities(
  rows: () => readonly Transaction[],
): (asked: Asked) => Promise<HttpResponse> {
  return async (asked) => {
    const { mediaType } = negotiate(asked, offers);
    const allowed = rows().filter((row) => isAllowed(row, asked.context));
    const root: ServiceNode = serviceTree(allowed);
    const base = `${asked.context.root}/`;
    return {
      status: 200,
      headers: {
        'content-type': mediaType,
        allow: allowOf(allowed.filter(({ path }) => path === '/')),
        vary: 'accept',
      },
      body:
        mediaType === 'application/json'
          ? JSON.stringify({ application: { resources: { base, ...root } } })
          : wadlOf(root, base),
    };
  };
}

const isAllowed = ({ name }: Transaction, { canStore, canDelete = false }: RequestContext): boolean =>
  (name !== 'Store' || canStore) && (name !== 'Delete' || canDelete);

/** The Allow header of a resource with these rows. HEAD goes with GET, and OPTIONS with everything. */
export function allowOf(rows: readonly Pick<Transaction, 'method'>[]): string {
  const methods = rows.map(({ method }) => method).filter((method) => method !== 'OPTIONS');
  return [
    ...(methods.includes('GET') ? ['GET', 'HEAD'] : []),
    ...methods.filter((each) => each !== 'GET'),
    'OPTIONS',
  ].join(', ');
}

/** A browser asks before it lets a page of another site ask: that is no question about capabilities. */
export const isPreflight = ({ headers }: HttpRequest): boolean =>
  headers['origin'] !== undefined && headers['access-control-request-method'] !== undefined;

/** What OPTIONS gets of a resource (RFC 9110 9.3.7). No site is let in: a preflight finds no permission in it. */
export const resourceOptions = (rows: readonly Transaction[]): HttpResponse => ({
  status: 204,
  headers: {
    allow: allowOf(rows),
    vary: 'origin, access-control-request-method, access-control-request-headers',
  },
});
