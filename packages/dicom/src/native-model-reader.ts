import { SaxesParser, type SaxesTagNS } from 'saxes';
import { decodeBase64 } from './base64.ts';
import type { DicomDataset, DicomElement, DicomValue, PersonName, Vr } from './dicom-json.ts';
import { DicomError } from './dicom-error.ts';
import { creatorOf, NAME_COMPONENTS, NAME_GROUPS, NATIVE_MODEL_NAMESPACE } from './native-model.ts';
import { readTextValue } from './native-model-values.ts';
import { defaultReadLimits } from './part10/read-limits.ts';
import { isVr } from './vr.ts';

/** Characters of one document. A value that is longer belongs into bulk data. */
const MAX_CHARACTERS = 256 * 2 ** 20;
/** Attributes, items and values of one document. */
const MAX_NODES = defaultReadLimits.maxElements;
/** Empty values may be left out of a list, so a number says where a value stands: never to be counted up to unseen. */
const MAX_VALUES = 2 ** 20;

/**
 * Reads a document of the Native DICOM Model (PS3.19 A.1), as `datasetToXml` and other programs write it: with or
 * without the namespace, with a private tag's block left out or not. Throws DicomError `malformed` where it is no such
 * document, and `too_large` beyond the limits of one. A document type declaration is refused before anything of it is
 * used: there are no entities here but the five of XML itself, and nothing outside the text is ever read.
 */
export function xmlToDataset(text: string): DicomDataset {
  const reader = createXmlReader();
  for (let at = 0; at < text.length; at += CHUNK) reader.write(text.slice(at, at + CHUNK));
  return reader.finish();
}

/** A document type declaration is refused when it ends, so no more than this is looked at before. */
const CHUNK = 2 ** 16;

/** The same for a text that comes in pieces, so that nobody has to wait while a long one is read. */
export interface XmlReader {
  write(piece: string): void;
  finish(): DicomDataset;
}

/** What it throws, and when, is what `xmlToDataset` throws. */
export function createXmlReader(): XmlReader {
  const reader = new DocumentReader();
  const parser = new SaxesParser({ xmlns: true, position: false });
  let characters = 0;
  parser.on('error', refuse);
  parser.on('doctype', refuse);
  parser.on('opentag', (tag) => reader.open(tag));
  parser.on('text', (piece) => reader.text(piece));
  parser.on('cdata', (piece) => reader.text(piece));
  parser.on('closetag', () => reader.close());
  return {
    write(piece) {
      characters += piece.length;
      if (characters > MAX_CHARACTERS) throw new DicomError('too_large');
      parser.write(piece);
    },
    finish() {
      parser.close();
      return reader.finish();
    },
  };
}

/** What stands in what. A name that is not listed is refused where it is found: half understood is misunderstood. */
const children: Readonly<Record<string, readonly string[]>> = {
  '': ['NativeDicomModel'],
  NativeDicomModel: ['DicomAttribute'],
  DicomAttribute: ['BulkData', 'InlineBinary', 'Item', 'PersonName', 'Value'],
  Item: ['DicomAttribute'],
  PersonName: NAME_GROUPS,
  Alphabetic: NAME_COMPONENTS,
  Ideographic: NAME_COMPONENTS,
  Phonetic: NAME_COMPONENTS,
};
const TEXT_NODES = new Set<string>(['Value', 'InlineBinary', ...NAME_COMPONENTS]);

interface OpenElement {
  readonly tag: string;
  readonly creator: string | undefined;
  readonly vr: Vr;
  readonly values: DicomValue[];
  inlineBinary?: string;
  bulkDataUri?: string;
}

interface OpenDataset {
  /** With the tags of the document: a private one may still lack its block. */
  readonly elements: ReadElement[];
  element?: OpenElement;
}

interface ReadElement {
  readonly tag: string;
  readonly creator: string | undefined;
  readonly element: DicomElement;
}

class DocumentReader {
  readonly #names: string[] = [];
  readonly #datasets: OpenDataset[] = [];
  #result: DicomDataset | undefined;
  #nodes = 0;
  #text = '';
  #name: { -readonly [Group in keyof PersonName]: string } = {};
  #components: string[] = [];

  open({ local, uri, attributes }: SaxesTagNS): void {
    const isOurs = uri === '' || uri === NATIVE_MODEL_NAMESPACE;
    const parent = this.#names.at(-1) ?? '';
    if (!isOurs || children[parent]?.includes(local) !== true) throw new DicomError('malformed');
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) throw new DicomError('too_large');
    this.#names.push(local);
    this.#text = '';
    this.#begin(local, (name) => attributes[name]?.value);
  }

  #begin(name: string, attribute: (name: string) => string | undefined): void {
    switch (name) {
      case 'NativeDicomModel':
        this.#datasets.push({ elements: [] });
        return;
      case 'Item':
        if (this.#element.vr !== 'SQ') throw new DicomError('malformed');
        if (this.#datasets.length > defaultReadLimits.maxDepth) throw new DicomError('too_large');
        this.#skipTo(attribute('number'));
        this.#datasets.push({ elements: [] });
        return;
      case 'DicomAttribute':
        this.#dataset.element = openElement(attribute);
        return;
      case 'PersonName':
        this.#name = {};
        this.#skipTo(attribute('number'));
        return;
      case 'Value':
        this.#skipTo(attribute('number'));
        return;
      case 'BulkData':
        this.#element.bulkDataUri = attribute('uri') ?? refuse();
        return;
      case 'Alphabetic':
      case 'Ideographic':
      case 'Phonetic':
        this.#components = [];
    }
  }

  text(piece: string): void {
    if (TEXT_NODES.has(this.#names.at(-1) ?? '')) this.#text += piece;
    else if (piece.trim() !== '') throw new DicomError('malformed');
  }

  close(): void {
    const name = this.#names.pop() ?? '';
    switch (name) {
      case 'NativeDicomModel':
        this.#result = datasetOf(this.#datasets.pop());
        return;
      case 'Item': {
        const item = datasetOf(this.#datasets.pop());
        this.#element.values.push(item);
        return;
      }
      case 'DicomAttribute':
        this.#endElement();
        return;
      case 'Value':
        this.#endValue();
        return;
      case 'InlineBinary':
        this.#element.inlineBinary = base64(this.#text);
        return;
      case 'PersonName':
        if (this.#element.vr !== 'PN') throw new DicomError('malformed');
        this.#element.values.push(Object.keys(this.#name).length === 0 ? null : this.#name);
        return;
      case 'Alphabetic':
      case 'Ideographic':
      case 'Phonetic':
        if (this.#components.length > 0) this.#name[name] = this.#components.join('^');
        return;
      default:
        this.#endComponent(name);
    }
  }

  /** Throws where the text ended within the document. */
  finish(): DicomDataset {
    return this.#result ?? refuse();
  }

  get #dataset(): OpenDataset {
    return this.#datasets.at(-1) ?? refuse();
  }

  get #element(): OpenElement {
    return this.#dataset.element ?? refuse();
  }

  /** Values in between have been left out: they are empty. */
  #skipTo(number: string | undefined): void {
    const { values } = this.#element;
    const at = number === undefined ? values.length + 1 : /^\d{1,7}$/.test(number) ? Number(number) : 0;
    if (at <= values.length) throw new DicomError('malformed');
    if (at > MAX_VALUES) throw new DicomError('too_large');
    this.#nodes += at - 1 - values.length;
    if (this.#nodes > MAX_NODES) throw new DicomError('too_large');
    while (values.length < at - 1) values.push(this.#element.vr === 'SQ' ? {} : null);
  }

  #endValue(): void {
    const { vr, values } = this.#element;
    values.push(readTextValue(vr, this.#text));
  }

  #endComponent(name: string): void {
    const at = (NAME_COMPONENTS as readonly string[]).indexOf(name);
    if (at < 0) return; // BulkData
    while (this.#components.length < at) this.#components.push('');
    this.#components[at] = this.#text;
  }

  #endElement(): void {
    const { tag, creator, vr, values, inlineBinary, bulkDataUri } = this.#element;
    const forms = [values.length > 0, inlineBinary !== undefined, bulkDataUri !== undefined];
    if (forms.filter(Boolean).length > 1) throw new DicomError('malformed');
    const element: DicomElement = {
      vr,
      ...(values.length > 0 && { Value: values }),
      ...(inlineBinary !== undefined && inlineBinary !== '' && { InlineBinary: inlineBinary }),
      ...(bulkDataUri !== undefined && { BulkDataURI: bulkDataUri }),
    };
    this.#dataset.elements.push({ tag, creator, element });
    delete this.#dataset.element;
  }
}

function refuse(): never {
  throw new DicomError('malformed');
}

function openElement(attribute: (name: string) => string | undefined): OpenElement {
  const tag = attribute('tag') ?? '';
  const vr = attribute('vr') ?? '';
  if (!/^[0-9A-Fa-f]{8}$/.test(tag) || !isVr(vr)) throw new DicomError('malformed');
  const creator = attribute('privateCreator');
  return { tag: tag.toUpperCase(), creator: creator === '' ? undefined : creator, vr, values: [] };
}

function base64(text: string): string {
  const compact = text.replaceAll(/\s/g, '');
  if (decodeBase64(compact) === undefined) throw new DicomError('malformed');
  return compact;
}

/** Gives private tags their blocks and puts everything in order. An attribute that is there twice is refused. */
function datasetOf(open: OpenDataset | undefined): DicomDataset {
  const found = new Map<string, DicomElement>();
  const add = (tag: string, element: DicomElement): void => {
    if (found.has(tag)) throw new DicomError('malformed');
    found.set(tag, element);
  };
  const elements = open?.elements ?? [];
  for (const { tag, creator, element } of elements) if (creator === undefined) add(tag, element);
  for (const { tag, creator, element } of elements) {
    if (creator !== undefined) add(inBlock(found, tag, creator), element);
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The whole tag: in the block that it names, where that is its creator's, or in the creator's first, or in a new one. */
function inBlock(found: Map<string, DicomElement>, tag: string, creator: string): string {
  const group = tag.slice(0, 4);
  const isCreators = (block: string): boolean => {
    const reservation = found.get(`${group}00${block}`);
    return reservation !== undefined && creatorOf(`${group}00${block}`, reservation) === creator;
  };
  if (!isPrivateGroup(group)) throw new DicomError('malformed');
  if (isCreators(tag.slice(4, 6))) return tag;
  const free: string[] = [];
  for (let number = 0x10; number <= 0xff; number += 1) {
    const block = number.toString(16).toUpperCase();
    if (isCreators(block)) return `${group}${block}${tag.slice(6)}`;
    if (!found.has(`${group}00${block}`)) free.push(block);
  }
  // An element without a creator may stand in a block that nobody reserved: it is not to get one by chance.
  const taken = new Set(
    [...found.keys()].filter((key) => key.startsWith(group)).map((key) => key.slice(4, 6)),
  );
  const block = free.find((candidate) => !taken.has(candidate)) ?? refuse();
  found.set(`${group}00${block}`, { vr: 'LO', Value: [creator] });
  return `${group}${block}${tag.slice(6)}`;
}

const isPrivateGroup = (group: string): boolean => Number.parseInt(group, 16) % 2 === 1;
