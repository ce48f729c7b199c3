import {
  chooseOffer,
  parseAccept,
  percentDecode,
  QueryStringError,
  type MediaType,
  type Offer,
} from '@sightline/dicomweb';
import { ArchiveProblem } from './problems.ts';
import type { Asked } from './transaction.ts';

/**
 * What the client accepts: the `accept` parameter, which wins because it stands in links whose header is the browser's
 * own, or the Accept header. Neither: everything (PS3.18 8.7.5 demands 406; a command line tool deserves an answer).
 */
export function acceptOf({ request, query }: Asked): readonly MediaType[] {
  const parameter = query.find(({ name }) => name === 'accept');
  if (!parameter) return parseAccept(request.headers['accept'] || '*/*');
  const accepted = parseAccept(decode(parameter.rawValue));
  if (accepted.length === 0 || accepted.some(({ type }) => type.includes('*'))) {
    throw new ArchiveProblem('bad_parameter', { parameter: 'accept' });
  }
  return accepted;
}

/** Throws 406 where nothing that is offered is acceptable, and says whether only the transfer syntax is in the way. */
export function negotiate<T extends Offer>(asked: Asked, offers: readonly T[]): T {
  const accept = acceptOf(asked);
  const offer = chooseOffer(accept, offers);
  if (offer) return offer;
  const anySyntax = accept.map((range) => ({
    ...range,
    parameters: { ...range.parameters, 'transfer-syntax': '*' },
  }));
  const isSyntax = chooseOffer(anySyntax, offers) !== undefined;
  const code = isSyntax ? 'transfer_syntax_not_available' : 'not_acceptable';
  throw new ArchiveProblem(code, { headers: { vary: 'accept' } });
}

/** `+` is a plus here: `application/dicom+json`. */
function decode(raw: string): string {
  try {
    return percentDecode(raw);
  } catch (cause) {
    if (cause instanceof QueryStringError)
      throw new ArchiveProblem('bad_parameter', { parameter: 'accept', cause });
    throw cause;
  }
}
