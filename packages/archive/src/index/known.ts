import type { DicomDataset } from '@sightline/dicom';
import { codeList, codesOf, fillIn, seriesColumns, studyColumns, type Columns } from './columns.ts';
import type { NewInstance } from './index-store.ts';

/** What a study is found by. */
export interface FoundBy {
  readonly study: DicomDataset;
  readonly modalities: readonly string[];
  readonly sopClasses: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

/** What the first object of a study tells of it. */
export function foundByOf({ parsed }: NewInstance): FoundBy {
  const { modality } = seriesColumns(parsed.attributes.series);
  return {
    study: parsed.attributes.study,
    modalities: typeof modality === 'string' ? [modality] : [],
    sopClasses: [parsed.sopClassUid],
  };
}

/** What a study is found by once a later object has added to it. Undefined: it adds nothing. */
export function laterFoundBy(row: Row, instance: NewInstance): FoundBy | undefined {
  const { study, modalities, sopClasses } = foundByOf(instance);
  const filled = filledIn(row['attributes'], study);
  const allModalities = withMore(row['modalities'], modalities);
  const allSopClasses = withMore(row['sop_classes'], sopClasses);
  if (!filled && !allModalities && !allSopClasses) return undefined;
  return {
    study: filled ?? storedDataset(row['attributes']),
    modalities: allModalities ?? codesOf(row['modalities']),
    sopClasses: allSopClasses ?? codesOf(row['sop_classes']),
  };
}

/** The columns of a series that a later object of it changes. Undefined: none. */
export function laterSeries(row: Row, series: DicomDataset): Columns | undefined {
  const filled = filledIn(row['attributes'], series);
  return filled && { ...seriesColumns(filled), attributes: JSON.stringify(filled) };
}

/** What a study is found by, as the columns of its row. */
export const foundByColumns = ({ study, modalities, sopClasses }: FoundBy): Columns => ({
  ...studyColumns(study),
  modalities: codeList(modalities),
  sop_classes: codeList(sopClasses),
  attributes: JSON.stringify(study),
});

/** Undefined: there is nothing to fill in. The objects of a study usually repeat what is known, letter by letter. */
function filledIn(stored: unknown, later: DicomDataset): DicomDataset | undefined {
  if (stored === JSON.stringify(later)) return undefined;
  const known = storedDataset(stored);
  const filled = fillIn(known, later);
  return filled === known ? undefined : filled;
}

/** The sorted list with what it lacked; undefined: it had all. */
function withMore(stored: unknown, more: readonly string[]): readonly string[] | undefined {
  const known = codesOf(stored);
  const missing = more.filter((code) => !known.includes(code));
  return missing.length > 0 ? [...known, ...missing].toSorted() : undefined;
}

/** Written by this folder, out of a data set. */
export const storedDataset = (json: unknown): DicomDataset => JSON.parse(String(json)) as DicomDataset;
