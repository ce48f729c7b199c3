/** A query string that is not percent-encoded UTF-8. */
export class QueryStringError extends Error {
  override readonly name = 'QueryStringError';
}

export interface QueryParameter {
  readonly name: string;
  readonly value: string;
  /** As it came; only for values in which "+" is a plus, as in `application/dicom+json`. */
  readonly rawValue: string;
}

/** A long query is an attack or a mistake: no request of PS3.18 needs it. */
const MAX_PARAMETERS = 1000;

/** In order, repeated names included. "+" is a space, because browsers and HTTP libraries write it so. */
export function parseQueryString(query: string | undefined): readonly QueryParameter[] {
  if (!query) return [];
  const pairs = query.split('&').filter((pair) => pair !== '');
  if (pairs.length > MAX_PARAMETERS) throw new QueryStringError('too many parameters');
  return pairs.map((pair) => {
    const equals = pair.indexOf('=');
    const rawValue = equals < 0 ? '' : pair.slice(equals + 1);
    return {
      name: percentDecode(equals < 0 ? pair : pair.slice(0, equals)),
      value: percentDecode(rawValue.replaceAll('+', ' ')),
      rawValue,
    };
  });
}

/** UTF-8, percent-encoded. */
export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new QueryStringError('not percent-encoded UTF-8', { cause });
  }
}
