import type { DicomDataset, DicomElement, DicomValue, PersonName } from './dicom-json.ts';
import { dictionaryEntry } from './dictionary.ts';

/** Of PS3.19 A.1.6; also the only one that the reader accepts besides none. */
export const NATIVE_MODEL_NAMESPACE = 'http://dicom.nema.org/PS3.19/models/NativeDICOM';

/** The components of one group of a PN value, in their order (PS3.5 6.2.1.2). */
export const NAME_COMPONENTS = ['FamilyName', 'GivenName', 'MiddleName', 'NamePrefix', 'NameSuffix'] as const;
export const NAME_GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

/**
 * A data set as one XML document, the Native DICOM Model of PS3.19 A.1 (`application/dicom+xml`). `xmlToDataset` reads
 * the same data set out of it again. Characters that XML 1.0 cannot hold at all (most control characters, which text
 * values of DICOM may not have either) become U+FFFD. InlineBinary is as in DICOM JSON: little endian.
 */
export function datasetToXml(dataset: DicomDataset): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel xmlns="${NATIVE_MODEL_NAMESPACE}" xml:space="preserve">${attributesOf(dataset)}</NativeDicomModel>`;
}

function attributesOf(dataset: DicomDataset): string {
  const blocks = privateBlocks(dataset);
  return Object.keys(dataset)
    .sort()
    .map((tag) => attributeOf(tag, dataset[tag], blocks))
    .join('');
}

function attributeOf(
  tag: string,
  element: DicomElement | undefined,
  blocks: ReadonlyMap<string, PrivateBlock>,
): string {
  if (element === undefined) return '';
  const start = `<DicomAttribute ${nameOf(tag, blocks)} vr="${element.vr}"`;
  const content = contentOf(element);
  return content === '' ? `${start}/>` : `${start}>${content}</DicomAttribute>`;
}

/** PS3.19 table A.1.5-2: a private tag is written without its block, which the creator stands for. */
function nameOf(tag: string, blocks: ReadonlyMap<string, PrivateBlock>): string {
  const block = blocks.get(tag.slice(0, 6));
  if (block === undefined) {
    const keyword = dictionaryEntry(tag)?.keyword;
    return keyword === undefined ? `tag="${tag}"` : `tag="${tag}" keyword="${keyword}"`;
  }
  const logical = block.isOnly ? `${tag.slice(0, 4)}00${tag.slice(6)}` : tag;
  return `tag="${logical}" privateCreator="${escapeAttribute(block.creator)}"`;
}

interface PrivateBlock {
  readonly creator: string;
  /** Two blocks of one creator can only be told apart by their number, so that stays in the tag. */
  readonly isOnly: boolean;
}

/** The blocks that the data set reserves (PS3.5 7.8.1), by the first six digits of the tags in them. */
function privateBlocks(dataset: DicomDataset): ReadonlyMap<string, PrivateBlock> {
  const blocks = new Map<string, PrivateBlock>();
  for (const [tag, element] of Object.entries(dataset)) {
    const creator = creatorOf(tag, element);
    if (creator === undefined) continue;
    const group = tag.slice(0, 4);
    const same = [...blocks].filter(([at, block]) => at.startsWith(group) && block.creator === creator);
    for (const [at] of same) blocks.set(at, { creator, isOnly: false });
    blocks.set(`${group}${tag.slice(6)}`, { creator, isOnly: same.length === 0 });
  }
  return blocks;
}

const CREATOR = /^[0-9A-F]{3}[13579BDF]00[1-9A-F][0-9A-F]$/;

/** The name of a Private Creator element; undefined for any other element. */
export function creatorOf(tag: string, element: DicomElement): string | undefined {
  const value = CREATOR.test(tag) ? element.Value?.[0] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function contentOf(element: DicomElement): string {
  if (element.BulkDataURI !== undefined) return `<BulkData uri="${escapeAttribute(element.BulkDataURI)}"/>`;
  if (element.InlineBinary !== undefined) return `<InlineBinary>${element.InlineBinary}</InlineBinary>`;
  const values = element.Value ?? [];
  return values.map((value, at) => valueOf(element.vr, value, at + 1)).join('');
}

function valueOf(vr: DicomElement['vr'], value: DicomValue, number: number): string {
  if (vr === 'SQ') return withText('Item', number, attributesOf((value ?? {}) as DicomDataset)); // SQ holds items
  if (vr === 'PN') return withText('PersonName', number, groupsOf(value));
  const isText = typeof value === 'string' || typeof value === 'number';
  return withText('Value', number, isText ? escapeText(numeral(vr, String(value))) : '');
}

const withText = (name: string, number: number, content: string): string =>
  content === '' ? `<${name} number="${number}"/>` : `<${name} number="${number}">${content}</${name}>`;

/** DICOM JSON's names for what is no number, as XML Schema has them. */
const NOT_FINITE: Readonly<Record<string, string>> = { inf: 'INF', '-inf': '-INF' };

const numeral = (vr: DicomElement['vr'], text: string): string =>
  vr === 'FL' || vr === 'FD' ? (NOT_FINITE[text] ?? text) : text;

function groupsOf(value: DicomValue): string {
  const name = (typeof value === 'string' ? { Alphabetic: value } : (value ?? {})) as PersonName; // PN holds names
  return NAME_GROUPS.map((group) => {
    const text = name[group];
    return text === undefined ? '' : `<${group}>${componentsOf(text)}</${group}>`;
  }).join('');
}

/** Empty components are left out, but for the last one, which says that the carets before it are there. */
function componentsOf(group: string): string {
  const components = group.split('^');
  const last = Math.min(components.length, NAME_COMPONENTS.length) - 1;
  return NAME_COMPONENTS.map((name, at) => {
    if (at > last) return '';
    const isSuffix = at === NAME_COMPONENTS.length - 1;
    const text = isSuffix ? components.slice(at).join('^') : (components[at] ?? '');
    if (text !== '') return `<${name}>${escapeText(text)}</${name}>`;
    return at === last ? `<${name}/>` : '';
  }).join('');
}

const SPECIAL = /[&<>"\r]|[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const EVERY_SPECIAL = new RegExp(SPECIAL, 'gu');
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** A carriage return that is not escaped would be read as a line feed. */
const escapeText = (text: string): string =>
  SPECIAL.test(text) ? text.replace(EVERY_SPECIAL, (found) => ESCAPES[found] ?? '\uFFFD') : text;

/** In an attribute a reader turns every white space into a space. */
const escapeAttribute = (text: string): string =>
  escapeText(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
