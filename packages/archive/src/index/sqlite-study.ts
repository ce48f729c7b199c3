import type { DicomDataset } from '@sightline/dicom';
import type { Columns } from './columns.ts';
import { foundByColumns, type FoundBy } from './known.ts';
import { insertRow, updateRow, type Prepare } from './sqlite-statements.ts';
import { studyTerms, studyTexts } from './terms.ts';

/** Writes a new study, with all that finds it. `row`: the columns that say nothing of its attributes. */
export function insertStudy(
  prepare: Prepare,
  { row, ...found }: FoundBy & { readonly row: Columns },
): number {
  const id = insertRow(prepare, 'study', { ...row, ...foundByColumns(found) });
  insertTexts(prepare, id, found.study);
  insertTerms(prepare, id, studyTerms(found));
  return id;
}

/** Writes what a study is found by in place of what was there. */
export function updateStudy(prepare: Prepare, id: number, found: FoundBy): void {
  updateRow(prepare, 'study', id, foundByColumns(found));
  prepare('DELETE FROM study_text WHERE rowid = ?').run(id);
  insertTexts(prepare, id, found.study);
  prepare('DELETE FROM study_term WHERE study = ?').run(id);
  insertTerms(prepare, id, studyTerms(found));
}

const insertTexts = (prepare: Prepare, id: number, study: DicomDataset): number =>
  insertRow(prepare, 'study_text', { rowid: id, ...studyTexts(study) });

function insertTerms(prepare: Prepare, study: number, terms: ReadonlySet<string>): void {
  for (const term of terms) prepare('INSERT INTO study_term (term, study) VALUES (?, ?)').run(term, study);
}
