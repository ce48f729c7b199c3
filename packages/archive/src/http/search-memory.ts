import type { HttpResponse, StudyQuery } from '@sightline/dicomweb';
import type { IndexRow } from '../index/index-store.ts';
import { createLru } from '../lru.ts';
import { fieldsOf, type AnswerFields, type SearchResource } from './qido-fields.ts';
import { createPages, type Pages } from './qido-pages.ts';

/** About 2 bytes for a character at most: 32 MB. A study takes 1,000 of them. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** A longer answer would drive out many that are asked more often. */
const MAX_ANSWER_CHARACTERS = 16 * 1024;
const MAX_FORMS = 500;
/** With their names, which are as long as they are. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
/** With their names; those that are compressed are in memory once with the pages. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** For the object and its headers. */
const ANSWER_BYTES = 500;

/** What the archive remembers of searches, so that the next one is answered without being put together again. */
export interface SearchMemory {
  readonly pages: Pages;
  /** The form of the answers to a query, the same for the same fields and root. */
  formOf(resource: SearchResource, query: StudyQuery, root: string): AnswerForm;
  /** The answer of a row in a form. Undefined: not remembered, or the row has changed. */
  get(form: AnswerForm, row: IndexRow): string | undefined;
  set(form: AnswerForm, row: IndexRow, text: string): void;
  /** The compressed answer of a page by its `pageName`. */
  getPage(name: string): Uint8Array | undefined;
  setPage(name: string, compressed: Uint8Array): void;
  /**
   * What the same question was answered. Undefined: not remembered, or the index has changed since. Work lists and
   * lists of what was done before are asked for again and again while nothing arrives.
   */
  getAnswer(name: string, version: number): SearchAnswer | undefined;
  /** One that is streamed is not remembered. */
  setAnswer(name: string, answer: SearchAnswer): void;
}

export interface SearchAnswer {
  /** Of the index, before the search. */
  readonly version: number;
  /** There are more pages. */
  readonly goesOn: boolean;
  readonly response: HttpResponse;
}

export interface AnswerForm {
  readonly name: string;
  readonly fields: AnswerFields;
  readonly root: string;
}

interface Remembered {
  readonly studyInstanceUid: string;
  readonly text: string;
}

export function createSearchMemory(clock: () => Date): SearchMemory {
  const forms = createLru<AnswerForm>(MAX_FORMS, () => 1);
  const answers = createLru<Remembered>(MAX_CHARACTERS, ({ text }) => text.length);
  const compressed = createLru<{ readonly bytes: Uint8Array; readonly weight: number }>(
    MAX_PAGE_BYTES,
    ({ weight }) => weight,
  );
  const whole = createLru<{ readonly answer: SearchAnswer; readonly weight: number }>(
    MAX_ANSWER_BYTES,
    ({ weight }) => weight,
  );
  let made = 0;
  return {
    pages: createPages(clock),
    getPage: (name) => compressed.get(name)?.bytes,
    setPage: (name, bytes) => compressed.set(name, { bytes, weight: bytes.length + name.length }),
    getAnswer(name, version) {
      const known = whole.get(name)?.answer;
      return known?.version === version ? known : undefined;
    },
    setAnswer(name, answer) {
      const { body = '' } = answer.response;
      if (typeof body === 'string' || body instanceof Uint8Array)
        whole.set(name, { answer, weight: ANSWER_BYTES + name.length + body.length });
    },
    formOf(resource, query, root) {
      const key = formKey(resource, query, root);
      const known = forms.get(key);
      if (known) return known;
      made += 1;
      const form = { name: String(made), fields: fieldsOf(resource, query), root };
      forms.set(key, form);
      return form;
    },
    get(form, row) {
      const known = answers.get(answerKey(form, row));
      // An index may give the id of what was deleted to another study: never an answer about somebody else.
      return known?.studyInstanceUid === row.studyInstanceUid ? known.text : undefined;
    },
    set(form, row, text) {
      const { studyInstanceUid } = row;
      if (text.length <= MAX_ANSWER_CHARACTERS) answers.set(answerKey(form, row), { studyInstanceUid, text });
    },
  };
}

const answerKey = ({ name }: AnswerForm, { id, version }: IndexRow): string => `${name} ${id} ${version}`;

/**
 * Names what a page answers: the same rows as they were, in the same form. A work list that is looked at again and again
 * has the same name until something of it changes.
 */
export const pageName = ({ name }: AnswerForm, rows: readonly IndexRow[]): string =>
  rows.reduce((all, { id, version }) => `${all} ${id}.${version}`, name);

/** Which keys were asked, not for what: the values make no difference to the form. */
const formKey = (
  { level, levels }: SearchResource,
  { match, includeFields, privateCreators }: StudyQuery,
  root: string,
): string =>
  [
    level,
    levels.length,
    Object.keys(match).join(),
    String(includeFields),
    privateCreators ? JSON.stringify(privateCreators) : '',
    root,
  ].join('\n');
