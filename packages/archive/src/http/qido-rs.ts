import { tagOfKeyword, type DicomDataset, type DicomElement } from '@sightline/dicom';
import {
  decodeQuery,
  QueryError,
  type HttpResponse,
  type QueryLevel,
  type StudyQuery,
} from '@sightline/dicomweb';
import { isSeriesAttribute, isStudyAttribute } from '../attribute-levels.ts';
import type { IndexPage, IndexRow, IndexStore } from '../index/index-store.ts';
import { unpackJson } from '../index/stored-json.ts';
import { negotiate } from './accept.ts';
import { dicomJsonOffers } from './dicom-json.ts';
import { ArchiveProblem } from './problems.ts';
import { isInScope, type Asked, type Services } from './transaction.ts';

/** A page of a larger result says so (Warning 299), so a client that asks for no limit loses nothing unknowingly. */
export const MAX_RESULTS = 5000;

/** PS3.18 tables 10.6.3-3 to -5: what every answer has, empty where the object has no value. */
const always: Readonly<Record<QueryLevel, Readonly<Record<string, DicomElement['vr']>>>> = {
  study: {
    '00080020': 'DA',
    '00080030': 'TM',
    '00080050': 'SH',
    '00080061': 'CS',
    '00080090': 'PN',
    '00100010': 'PN',
    '00100020': 'LO',
    '00100030': 'DA',
    '00100040': 'CS',
    '0020000D': 'UI',
    '00200010': 'SH',
    '00201206': 'IS',
    '00201208': 'IS',
  },
  series: { '00080060': 'CS', '0020000E': 'UI', '00200011': 'IS', '00201209': 'IS' },
  instance: { '00080016': 'UI', '00080018': 'UI', '00200013': 'IS' },
};

/** Those that an answer has when they are known; matching keys among them. */
const ifKnown: Readonly<Record<QueryLevel, readonly string[]>> = {
  study: ['00080201', '00081030', '00100021'],
  series: ['0008103E', '00180015', '00400244', '00400245', '00400275'],
  instance: ['00083002', '00280008', '00280010', '00280011', '00280100'],
};

/** The levels whose attributes a resource answers: those that its path does not already fix. */
interface SearchResource {
  readonly level: QueryLevel;
  readonly levels: readonly QueryLevel[];
}

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
  return async (asked, { index }) => {
    const { mediaType } = negotiate(asked, dicomJsonOffers);
    const query = readQuery(asked, resource.level);
    const { study, series } = asked.path;
    const page: IndexPage = isInScope(asked)
      ? await index.search({
          level: resource.level,
          ...(study !== undefined && { study }),
          ...(series !== undefined && { series }),
          ...(asked.context.studies && { scope: asked.context.studies }),
          query,
          maxResults: MAX_RESULTS,
        })
      : { rows: [], remaining: 0 };
    const warnings = warningsOf(query, page.remaining).map((text) => `299 ${asked.context.root}: ${text}`);
    const headers = { vary: 'accept', ...(warnings.length > 0 && { warning: warnings.join(', ') }) };
    if (page.rows.length === 0) return { status: 204, headers };
    const answers = await Promise.all(
      page.rows.map((row) => answerOf(row, { resource, query, root: asked.context.root, index })),
    );
    return { status: 200, headers: { ...headers, 'content-type': mediaType }, body: JSON.stringify(answers) };
  };
}

function readQuery({ request }: Asked, level: QueryLevel): StudyQuery {
  try {
    return decodeQuery(request.query, { level, tagOfKeyword });
  } catch (cause) {
    if (cause instanceof QueryError)
      throw new ArchiveProblem('bad_parameter', { parameter: cause.parameter, cause });
    throw cause;
  }
}

/** The sentences are those of PS3.18 8.3.4 and 10.6.3.1. */
function warningsOf(query: StudyQuery, remaining: number): string[] {
  const unsupported: [boolean, string][] = [
    [
      query.fuzzyMatching,
      'The fuzzymatching parameter is not supported. Only literal matching has been performed.',
    ],
    [
      query.emptyValueMatching,
      'The emptyvaluematching parameter is not supported. Empty Value Matching has not been performed.',
    ],
    [
      query.multipleValueMatching,
      'The multiplevaluematching parameter is not supported. Multiple Value Matching has not been performed.',
    ],
    [remaining > 0, `There are ${remaining} additional results that can be requested`],
  ];
  return unsupported.filter(([applies]) => applies).map(([, text]) => text);
}

interface AnswerOptions {
  readonly resource: SearchResource;
  readonly query: StudyQuery;
  readonly root: string;
  readonly index: IndexStore;
}

async function answerOf(
  row: IndexRow,
  { resource, query, root, index }: AnswerOptions,
): Promise<DicomDataset> {
  const included = query.includeFields;
  const levels = new Set<QueryLevel>(included === 'all' ? levelsUpTo(resource.level) : resource.levels);
  const known: DicomDataset = { ...row.study, ...row.series, ...row.instance };
  const answer: Record<string, DicomElement> = {};
  for (const level of levels) {
    for (const [tag, vr] of Object.entries(always[level])) answer[tag] = known[tag] ?? { vr };
    const more = included === 'all' ? Object.keys(row[level]) : ifKnown[level];
    for (const tag of more) if (known[tag]) answer[tag] = known[tag];
  }
  if (included !== 'all') {
    for (const tag of included) if (known[tag] && isAtOrAbove(tag, resource.level)) answer[tag] = known[tag];
  }
  if (resource.level === 'instance') await addFromMetadata(answer, row, { query, root, index });
  // Which study and series it is of, though the path may say so: an answer is often kept without its address.
  answer['0020000D'] = { vr: 'UI', Value: [row.studyInstanceUid] };
  if (row.seriesInstanceUid !== undefined) answer['0020000E'] = { vr: 'UI', Value: [row.seriesInstanceUid] };
  answer['00080056'] = { vr: 'CS', Value: ['ONLINE'] };
  answer['00081190'] = { vr: 'UR', Value: [retrieveUrl(root, row)] };
  // The answer is in UTF-8, whatever the files are.
  answer['00080005'] = { vr: 'CS', Value: ['ISO_IR 192'] };
  return Object.fromEntries(Object.entries(answer).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const levelsUpTo = (level: QueryLevel): readonly QueryLevel[] =>
  (({ study: ['study'], series: ['study', 'series'], instance: ['study', 'series', 'instance'] }) as const)[
    level
  ];

/** Attributes of a lower level are no attributes of a study or series: PS3.18 10.6.1.2.3. */
const isAtOrAbove = (tag: string, level: QueryLevel): boolean =>
  level === 'instance' ||
  isStudyAttribute(tag) ||
  (level === 'series' && isSeriesAttribute(tag)) ||
  isCount(tag);

/** What the archive counts itself: modalities, related series and instances. */
const isCount = (tag: string): boolean => ['00080061', '00201206', '00201208', '00201209'].includes(tag);

/** Any attribute of an object can be asked for; the index has only the usual ones. */
async function addFromMetadata(
  answer: Record<string, DicomElement>,
  row: IndexRow,
  { query, root, index }: Omit<AnswerOptions, 'resource'>,
): Promise<void> {
  const { includeFields } = query;
  const missing = includeFields === 'all' ? 'all' : includeFields.filter((tag) => answer[tag] === undefined);
  if (missing.length === 0) return;
  const packed = await index.metadata(row.instanceId);
  if (!packed) return;
  const json = new TextDecoder().decode(unpackJson(packed, `${retrieveUrl(root, row)}/`));
  const metadata = JSON.parse(json) as DicomDataset; // written by the archive, out of a data set
  const tags = missing === 'all' ? Object.keys(metadata) : missing;
  for (const tag of tags) if (metadata[tag]) answer[tag] ??= metadata[tag];
}

function retrieveUrl(
  root: string,
  { studyInstanceUid, seriesInstanceUid, sopInstanceUid }: IndexRow,
): string {
  const series = seriesInstanceUid === undefined ? '' : `/series/${seriesInstanceUid}`;
  const instance = sopInstanceUid === undefined ? '' : `/instances/${sopInstanceUid}`;
  return `${root}/studies/${studyInstanceUid}${series}${instance}`;
}
