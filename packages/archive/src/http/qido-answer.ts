import type { DicomDataset, DicomElement } from '@sightline/dicom';
import type { IndexRow } from '../index/index-store.ts';
import { unpackJson } from '../index/stored-json.ts';
import { elementTexts } from './json-elements.ts';
import { cutDown, isCount, type AnswerFields, type FieldTree } from './qido-fields.ts';

/**
 * One match as DICOM JSON. `packed`: the stored metadata of the object, where the fields need it. Everything is put
 * together as text, attribute by attribute.
 */
export function answerText(
  row: IndexRow,
  fields: AnswerFields,
  { root, packed }: { readonly root: string; readonly packed?: Uint8Array | undefined },
): string {
  const answer = new Map<string, string>();
  const url = retrieveUrl(root, row);
  for (const [tag, vr] of fields.empty) answer.set(tag, `{"vr":"${vr}"}`);
  addFromIndex(answer, fields, row);
  if (packed) addFromMetadata(answer, fields, new TextDecoder().decode(unpackJson(packed, `${url}/`)));
  // Which study and series it is of, though the path may say so: an answer is often kept without its address.
  answer.set('0020000D', one('UI', row.studyInstanceUid));
  if (row.seriesInstanceUid !== undefined) answer.set('0020000E', one('UI', row.seriesInstanceUid));
  if (fields.resource.levels.some((level) => level !== 'series')) answer.set('00080056', one('CS', 'ONLINE'));
  answer.set('00081190', one('UR', url));
  // The answer is in UTF-8, whatever the files are.
  answer.set('00080005', one('CS', 'ISO_IR 192'));
  const tags = [...answer.keys()].sort();
  return `{${tags.map((tag) => `"${tag}":${answer.get(tag)}`).join(',')}}`;
}

const one = (vr: DicomElement['vr'], value: string): string => JSON.stringify({ vr, Value: [value] });

function addFromIndex(answer: Map<string, string>, fields: AnswerFields, row: IndexRow): void {
  const known: DicomDataset = { ...row.study, ...row.series, ...row.instance };
  for (const [tag, tree] of Object.entries(fields.tree)) {
    if (known[tag]) answer.set(tag, JSON.stringify(cutDown(known[tag], tree)));
  }
  for (const level of fields.allOf) {
    for (const [tag, element] of Object.entries(row[level])) answer.set(tag, JSON.stringify(element));
  }
}

function addFromMetadata(answer: Map<string, string>, fields: AnswerFields, json: string): void {
  const { metadata, privateCreators } = fields;
  if (metadata === 'all') {
    for (const [tag, text] of elementTexts(json, 'all')) if (!isCount(tag)) answer.set(tag, text);
    return;
  }
  const tree = Object.keys(metadata).some(isPrivate)
    ? inTheirBlocks(metadata, privateCreators, json)
    : metadata;
  for (const [tag, text] of elementTexts(json, new Set(Object.keys(tree)))) {
    const below = tree[tag] ?? 'whole';
    // The text of an element of a data set that the archive wrote.
    answer.set(
      tag,
      below === 'whole' ? text : JSON.stringify(cutDown(JSON.parse(text) as DicomElement, below)),
    );
  }
}

const isPrivate = (tag: string): boolean => /^.{3}[13579BDF]/.test(tag);

/**
 * Private attributes by their places in this object, each with its creator (PS3.5 7.8.1): a query that says whose they
 * are means the block of that creator, whatever its number is here.
 */
function inTheirBlocks(tree: FieldTree, creators: AnswerFields['privateCreators'], json: string): FieldTree {
  const moved: Record<string, FieldTree | 'whole'> = {};
  for (const [tag, below] of Object.entries(tree)) {
    if (!isPrivate(tag)) moved[tag] = below;
    else {
      const group = tag.slice(0, 4);
      const creator = creators[`${group}00${tag.slice(4, 6)}`];
      const block = creator === undefined ? tag.slice(4, 6) : blockOf(creator, group, json);
      if (block === undefined) continue;
      moved[`${group}${block}${tag.slice(6)}`] = below;
      moved[`${group}00${block}`] = 'whole';
    }
  }
  return moved;
}

function blockOf(creator: string, group: string, json: string): string | undefined {
  const blocks = Array.from({ length: 0xf0 }, (_, at) => (at + 0x10).toString(16).toUpperCase());
  const tags = new Set(blocks.map((block) => `${group}00${block}`));
  for (const [tag, text] of elementTexts(json, tags)) {
    const { Value } = JSON.parse(text) as DicomElement; // of a data set that the archive wrote
    if (Value?.[0] === creator) return tag.slice(6);
  }
  return undefined;
}

/** The address of what the row is of. */
function retrieveUrl(
  root: string,
  { studyInstanceUid, seriesInstanceUid, sopInstanceUid }: IndexRow,
): string {
  const series = seriesInstanceUid === undefined ? '' : `/series/${seriesInstanceUid}`;
  const instance = sopInstanceUid === undefined ? '' : `/instances/${sopInstanceUid}`;
  return `${root}/studies/${studyInstanceUid}${series}${instance}`;
}
