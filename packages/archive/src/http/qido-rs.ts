import { tagOfKeyword } from '@sightline/dicom';
import {
  decodeParameters,
  QueryError,
  type HttpResponse,
  type Offer,
  type StudyQuery,
} from '@sightline/dicomweb';
import type { IndexMoment, IndexPage, IndexSearch } from '../index/index-store.ts';
import { negotiate } from './accept.ts';
import { acceptsGzip } from './content-coding.ts';
import { dicomJsonOffers } from './dicom-json.ts';
import { ArchiveProblem } from './problems.ts';
import type { SearchResource } from './qido-fields.ts';
import { jsonResults, xmlResults } from './qido-results.ts';
import { isInScope, type Asked, type Services } from './transaction.ts';

/** A page of a larger result says so (Warning 299), so a client that asks for no limit loses nothing unknowingly. */
export const MAX_RESULTS = 5000;

const XML: Offer = { mediaType: 'application/dicom+xml', multipart: true };
/** PS3.18 table 10.6.4-1. */
const searchOffers: readonly Offer[] = [...dicomJsonOffers, XML];

/** PS3.18 10.6: /studies */
export const searchForStudies = searchOf({ level: 'study', levels: ['study'] });
/** /studies/{study}/series */
export const searchForStudySeries = searchOf({ level: 'series', levels: ['series'] });
/** /series */
export const searchForSeries = searchOf({ level: 'series', levels: ['study', 'series'] });
/** /studies/{study}/instances */
export const searchForStudyInstances = searchOf({ level: 'instance', levels: ['series', 'instance'] });
/** /studies/{study}/series/{series}/instances */
export const searchForSeriesInstances = searchOf({ level: 'instance', levels: ['instance'] });
/** /instances */
export const searchForInstances = searchOf({ level: 'instance', levels: ['study', 'series', 'instance'] });

function searchOf(resource: SearchResource): (asked: Asked, services: Services) => Promise<HttpResponse> {
  return async (asked, services) => {
    const { searches, index } = services;
    const offer = negotiate(asked, searchOffers);
    const isGzip = acceptsGzip(asked.request.headers['accept-encoding']);
    const name = answerName(asked, offer, isGzip);
    // Before the search: what comes in between makes the next one look again.
    const moment = await index.moment();
    const known = name === undefined ? undefined : searches.getAnswer(name, moment.version);
    if (known) {
      if (known.goesOn) searches.pages.begin(searchName(asked), moment.newest);
      return known.response;
    }
    const query = readQuery(asked, resource);
    const page = isInScope(asked) ? await findPage(asked, { resource, query, moment }, services) : nothing;
    const response = await answerOf(page, { asked, resource, query, offer, isGzip }, services);
    if (name !== undefined && query.offset === 0)
      searches.setAnswer(name, { version: moment.version, goesOn: page.remaining > 0, response });
    return response;
  };
}

interface Answering {
  readonly asked: Asked;
  readonly resource: SearchResource;
  readonly query: StudyQuery;
  readonly offer: Offer;
  readonly isGzip: boolean;
}

async function answerOf(
  page: IndexPage,
  { asked, resource, query, offer, isGzip }: Answering,
  services: Services,
): Promise<HttpResponse> {
  const { root } = asked.context;
  const headers = { vary: 'accept, accept-encoding', ...pageHeaders(query, page, root) };
  if (page.rows.length === 0) return { status: 204, headers };
  const form = services.searches.formOf(resource, query, root);
  const results = { rows: page.rows, form, services };
  if (offer === XML) return xmlResults(results, headers);
  return jsonResults(results, { ...headers, 'content-type': offer.mediaType }, isGzip);
}

/**
 * Everything that an answer depends on, but for what there is. Undefined: who asks may not see everything, so that their
 * answers are theirs alone.
 */
function answerName({ request, context }: Asked, { mediaType }: Offer, isGzip: boolean): string | undefined {
  if (context.studies) return undefined;
  return [context.root, mediaType, isGzip, request.path, request.query ?? ''].join('\n');
}

function readQuery(asked: Asked, { level, levels }: SearchResource): StudyQuery {
  try {
    return decodeParameters(asked.query, { level, levels, tagOfKeyword });
  } catch (cause) {
    if (cause instanceof QueryError)
      throw new ArchiveProblem('bad_parameter', { parameter: cause.parameter, cause });
    throw cause;
  }
}

const nothing: IndexPage = { rows: [], remaining: 0 };

/**
 * The page that was asked for. Pages after the first are of what the first one was of: without that, each object that
 * arrives between them would push one match of a page onto the next, where it is seen again.
 */
async function findPage(
  asked: Asked,
  {
    resource,
    query,
    moment: { newest },
  }: { readonly resource: SearchResource; readonly query: StudyQuery; readonly moment: IndexMoment },
  { index, searches }: Services,
): Promise<IndexPage> {
  const { study, series } = asked.path;
  const search: IndexSearch = {
    level: resource.level,
    ...(study !== undefined && { study }),
    ...(series !== undefined && { series }),
    ...(asked.context.studies && { scope: asked.context.studies }),
    query,
    maxResults: MAX_RESULTS,
  };
  if (query.offset > 0) {
    const until = searches.pages.until(searchName(asked));
    return index.search({ ...search, ...(until !== undefined && { until }) });
  }
  const page = await index.search(search);
  if (page.remaining === 0 || page.rows.length === 0) return page;
  searches.pages.begin(searchName(asked), newest);
  // Something came between the two: this page, too, must be of what was there before.
  return (await index.moment()).newest === newest ? page : index.search({ ...search, until: newest });
}

/** Who asks for what, whichever page of it. Names the search in memory, and goes nowhere else. */
function searchName({ request, context, query }: Asked): string {
  const parameters = query
    .filter(({ name }) => name !== 'limit' && name !== 'offset')
    .map(({ name, value }) => `${name}=${value}`)
    .sort();
  const { name = '', address = '' } = context.actor ?? {};
  return [context.root, name, address, request.path, ...parameters].join('\n');
}

/** The total is there for whom it is known, as other servers tell it. */
function pageHeaders(
  query: StudyQuery,
  { rows, remaining, isRemainingAtLeast = false }: IndexPage,
  root: string,
): Readonly<Record<string, string>> {
  const warnings = warningsOf(query, { remaining: rows.length > 0 ? remaining : 0, isRemainingAtLeast });
  const warning = warnings.map((text) => `299 ${root}: ${text}`).join(', ');
  if (rows.length === 0) return warning === '' ? {} : { warning };
  return {
    ...(warning !== '' && { warning }),
    ...(!isRemainingAtLeast && { 'x-total-count': String(query.offset + rows.length + remaining) }),
  };
}

/**
 * The first sentence is that of PS3.18 8.3.4.4.2. The second is ours: a parameter that is no key restricts nothing, and who
 * mistyped a patient's name should not take everybody for the answer.
 */
function warningsOf(
  { unmatched = 0 }: StudyQuery,
  { remaining, isRemainingAtLeast }: Required<Pick<IndexPage, 'remaining' | 'isRemainingAtLeast'>>,
): readonly string[] {
  const count = isRemainingAtLeast ? `at least ${remaining}` : String(remaining);
  return [
    ...(remaining > 0 ? [`There are ${count} additional results that can be requested`] : []),
    ...(unmatched > 0
      ? [`${unmatched} of the parameters are no matching keys of this resource and restrict nothing`]
      : []),
  ];
}
