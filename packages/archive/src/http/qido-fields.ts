import { dictionaryEntry, isVr, type DicomDataset, type DicomElement, type Vr } from '@sightline/dicom';
import { allKeys, type QueryKeyName, type QueryLevel, type StudyQuery } from '@sightline/dicomweb';
import { isInstanceAttribute, isSeriesAttribute, isStudyAttribute } from '../attribute-levels.ts';

/** A search resource of PS3.18 table 10.6.1-1: what it lists, and the levels that its path does not fix. */
export interface SearchResource {
  readonly level: QueryLevel;
  /** Those whose keys are matched and whose attributes are answered. */
  readonly levels: readonly QueryLevel[];
}

/** PS3.18 tables 10.6.3-3 to -5: what every answer has, empty where the object has no value. */
export const always: Readonly<Record<QueryLevel, readonly string[]>> = {
  study: [
    '00080020',
    '00080030',
    '00080050',
    '00080061',
    '00080090',
    '00100010',
    '00100020',
    '00100030',
    '00100040',
    '0020000D',
    '00200010',
    '00201206',
    '00201208',
  ],
  series: ['00080060', '0020000E', '00200011', '00201209'],
  instance: ['00080016', '00080018', '00200013'],
};

/**
 * Those that an answer has when they are known. Two of a study are not in the table, which forbids none: the issuer,
 * because a PatientID alone names nobody, and the description, which every list of studies shows.
 */
export const ifKnown: Readonly<Record<QueryLevel, readonly string[]>> = {
  study: ['00080201', '00081030', '00100021'],
  series: ['00080201', '0008103E', '00400244', '00400245', '00400275.00400009', '00400275.00401001'],
  instance: ['00080201', '00083002', '00280008', '00280010', '00280011', '00280100'],
};

/** What the archive knows of a study or series besides its attributes. */
const counts: Readonly<Record<QueryLevel, ReadonlySet<string>>> = {
  study: new Set(['00080061', '00080062', '00201206', '00201208']),
  series: new Set(['00201209']),
  instance: new Set(['00083002']),
};

/** A data set cut down: the whole attribute, or of the items of a sequence these. */
export interface FieldTree {
  readonly [tag: string]: FieldTree | 'whole';
}

/** Which attributes the answers of a search have. */
export interface AnswerFields {
  readonly resource: SearchResource;
  /** Of what the index knows. */
  readonly tree: FieldTree;
  /** Answered even if empty, with the VR that they then have. */
  readonly empty: ReadonlyMap<string, Vr>;
  /** `all`: every attribute of these levels besides. */
  readonly allOf: readonly QueryLevel[];
  /** Of what only the metadata of an object has; not for studies and series. */
  readonly metadata: FieldTree | 'all';
  /** As of the query: which private creator each block of private attributes belongs to. */
  readonly privateCreators: Readonly<Record<string, string>>;
}

/**
 * The attributes of PS3.18 10.6.3.3: those of the tables, the keys that were asked, and what `includefield` adds. An
 * attribute of a lower level is none of a study or series, so it is left out there.
 */
export function fieldsOf(resource: SearchResource, query: StudyQuery): AnswerFields {
  const { level, levels } = resource;
  const isAll = query.includeFields === 'all';
  const included = query.includeFields === 'all' ? [] : query.includeFields;
  const keys = (Object.keys(query.match) as QueryKeyName[]).map((name) => allKeys[name].tag); // the keys of Matches
  const required = levels.flatMap((each) => always[each]);
  const tables = [...required, ...levels.flatMap((each) => ifKnown[each])];
  const asked = [...keys, ...included].filter((path) => isAtOrAbove(firstTag(path), level));
  const ofIndex = new Set([...tables, ...keys].map(firstTag));
  const wanted = [...tables, ...asked];
  const isIndexed = (path: string): boolean => {
    const tag = firstTag(path);
    return isOfIndex(tag, level) || (ofIndex.has(tag) && (level !== 'instance' || !isStudyAttribute(tag)));
  };
  return {
    resource,
    tree: treeOf(wanted.filter(isIndexed)),
    empty: new Map([...required, ...asked.map(firstTag)].flatMap(withVr)),
    allOf: isAll ? levelsUpTo[level] : [],
    metadata: isAll && level === 'instance' ? 'all' : treeOf(wanted.filter((path) => !isIndexed(path))),
    privateCreators: query.privateCreators ?? {},
  };
}

const levelsUpTo: Readonly<Record<QueryLevel, readonly QueryLevel[]>> = {
  study: ['study'],
  series: ['study', 'series'],
  instance: ['study', 'series', 'instance'],
};

const firstTag = (path: string): string => path.slice(0, 8);

/** Attributes of a lower level are no attributes of a study or series: PS3.18 10.6.3.3. */
const isAtOrAbove = (tag: string, level: QueryLevel): boolean =>
  level === 'instance' ||
  isOfStudy(tag) ||
  (level === 'series' && (isSeriesAttribute(tag) || counts.series.has(tag)));

const isOfStudy = (tag: string): boolean => isStudyAttribute(tag) || counts.study.has(tag);

/**
 * What the index can answer. Of an object it knows the object's own attributes; those of its study and series are what
 * most of their objects say, and this one may say otherwise: another Frame of Reference, another date. Whose it is, an
 * object always says for itself: it may have come to a study of somebody else.
 */
const isOfIndex = (tag: string, level: QueryLevel): boolean =>
  isCount(tag) || level !== 'instance' || isInstanceAttribute(tag);

/** What only the archive knows, whatever an object says. */
export const isCount = (tag: string): boolean => Object.values(counts).some((tags) => tags.has(tag));

/** An attribute with several possible VRs is left out where it is absent, and so is a private one. */
function withVr(tag: string): [string, Vr][] {
  const vr = dictionaryEntry(tag)?.vr;
  return vr !== undefined && isVr(vr) ? [[tag, vr]] : [];
}

interface Growing {
  [tag: string]: Growing | 'whole';
}

/** Sorted, a path comes before those below it: what is answered whole needs no cutting. */
function treeOf(paths: readonly string[]): FieldTree {
  const tree: Growing = {};
  for (const path of paths.toSorted()) grow(tree, path.split('.'));
  return tree;
}

function grow(tree: Growing, [tag, ...below]: readonly string[]): void {
  if (tag === undefined || tree[tag] === 'whole') return;
  const branch = tree[tag] ?? {};
  tree[tag] = below.length === 0 ? 'whole' : branch;
  if (below.length > 0) grow(branch, below);
}

/** The element with nothing but what the tree has of its items. */
export function cutDown(element: DicomElement, tree: FieldTree | 'whole'): DicomElement {
  if (tree === 'whole' || element.vr !== 'SQ' || !element.Value) return element;
  const items = element.Value.filter(
    (item): item is DicomDataset => typeof item === 'object' && item !== null,
  );
  return { vr: 'SQ', Value: items.map((item) => cutDownDataset(item, tree)) };
}

export const cutDownDataset = (dataset: DicomDataset, tree: FieldTree): DicomDataset =>
  Object.fromEntries(
    Object.entries(tree).flatMap(([tag, below]) => {
      const element = dataset[tag];
      return element ? [[tag, cutDown(element, below)]] : [];
    }),
  );
