import {
  chooseOffer,
  contentTypeOf,
  parseAccept,
  percentDecode,
  QueryStringError,
  type MediaType,
  type Offer,
} from '@sightline/dicomweb';
import { ArchiveProblem } from './problems.ts';
import type { Asked } from './transaction.ts';

/**
 * What the client accepts, PS3.18 8.3.3.1 and 8.7: the `accept` parameter, which wins because it stands in links whose
 * header is the browser's own, as far as the header covers it; or the Accept header. Neither: everything (PS3.18 8.7.5
 * demands 406; a command line tool deserves an answer).
 */
export function acceptOf({ request, query }: Asked): readonly MediaType[] {
  const header = parseAccept(request.headers['accept'] || '*/*').filter(isReadable);
  const parameters = query.filter(({ name }) => name === 'accept');
  if (parameters.length === 0) return unmixed(header);
  const accepted = parameters.flatMap(({ rawValue }) => parseAccept(decode(rawValue)));
  if (accepted.length === 0 || accepted.some((range) => contentTypeOf(range).includes('*'))) {
    throw new ArchiveProblem('bad_parameter', { parameter: 'accept' });
  }
  return unmixed(accepted.filter((range) => isReadable(range) && isCovered(range, header)));
}

/** Throws 406 where nothing that is offered is acceptable, and says whether only the transfer syntax is in the way. */
export function negotiate<T extends Offer>(asked: Asked, offers: readonly T[]): T {
  return negotiateAmong(acceptOf(asked), offers);
}

/** As above, for who negotiates more than once for one request. */
export function negotiateAmong<T extends Offer>(accept: readonly MediaType[], offers: readonly T[]): T {
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

/** Everything here is UTF-8: a range of another character set is one that is not supported, PS3.18 8.8.1. */
const isReadable = ({ parameters }: MediaType): boolean =>
  /^(utf-?8|us-ascii|\*)?$/i.test(parameters['charset'] ?? '');

/** Only types of which there is no doubt: image/jpeg, image/jp2, image/jxl and videos are of both kinds. */
const dicomTypes =
  /^(application\/(dicom|dicom\+json|dicom\+xml|octet-stream)|image\/(jls|jphc|jpx|dicom-rle))$/;
/** Not text/plain: libraries for HTTP add it to whatever they ask for. */
const renderedTypes = /^(image\/(gif|png)|text\/(html|xml|rtf)|application\/pdf)$/;

/** PS3.18 8.7.4: types of DICOM and rendered types are not to be asked for together. */
function unmixed(accept: readonly MediaType[]): readonly MediaType[] {
  const types = accept.map(contentTypeOf);
  if (types.some((type) => dicomTypes.test(type)) && types.some((type) => renderedTypes.test(type))) {
    throw new ArchiveProblem('media_types_mixed');
  }
  return accept;
}

function isCovered(range: MediaType, header: readonly MediaType[]): boolean {
  const type = contentTypeOf(range);
  return header.some((allowed) => {
    if (allowed.q === 0) return false;
    if (allowed.type === '*/*') return true;
    if (allowed.type.startsWith('multipart/') && !range.type.startsWith('multipart/')) return false;
    const wide = contentTypeOf(allowed);
    return wide === '*/*' || wide === type || (wide.endsWith('/*') && type.startsWith(wide.slice(0, -1)));
  });
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
