import type { DicomDataset, DicomElement, Uid, Vr } from '@sightline/dicom';
import { codesOf } from './columns.ts';
import type { IndexRow } from './index-store.ts';

/** The values of a row, in the order of `columnsOf`. */
export type RowValues = readonly unknown[];

/** One row of a search. What has to be parsed is parsed when it is read, and then kept. */
export class StoredRow implements IndexRow {
  readonly #values: RowValues;
  #study: DicomDataset | undefined;
  #series: DicomDataset | undefined;
  #instance: DicomDataset | undefined;

  constructor(values: RowValues) {
    this.#values = values;
  }

  get id(): number {
    return Number(this.#values[this.#own]);
  }

  get version(): number {
    return Number(this.#values[1]);
  }

  get instanceId(): number {
    return Number(this.#values[8]);
  }

  get studyInstanceUid(): Uid {
    return this.#uid(2);
  }

  get seriesInstanceUid(): Uid | undefined {
    return this.#uid(10);
  }

  get sopInstanceUid(): Uid | undefined {
    return this.#uid(14);
  }

  get study(): DicomDataset {
    const [, , , attributes, modalities, sopClasses, series, instances] = this.#values;
    this.#study ??= {
      ...stored(attributes),
      '00080061': element('CS', codesOf(modalities)),
      '00080062': element('UI', codesOf(sopClasses)),
      '00201206': element('IS', [Number(series)]),
      '00201208': element('IS', [Number(instances)]),
    };
    return this.#study;
  }

  get series(): DicomDataset {
    if (this.#values.length < 13) return NONE;
    this.#series ??= {
      ...stored(this.#values[11]),
      '00201209': element('IS', [Number(this.#values[12])]),
    };
    return this.#series;
  }

  get instance(): DicomDataset {
    if (this.#values.length < 17) return NONE;
    this.#instance ??= {
      ...stored(this.#values[15]),
      // Available Transfer Syntax UID, PS3.18 table 10.6.3-5.
      '00083002': element('UI', [String(this.#values[16])]),
    };
    return this.#instance;
  }

  /** Where the id of the row's own level is. */
  get #own(): number {
    return this.#values.length < 13 ? 0 : this.#values.length < 17 ? 9 : 13;
  }

  /** The UIDs were checked before they were written. */
  #uid(at: number): Uid {
    return this.#values[at] as Uid;
  }
}

const NONE: DicomDataset = {};

const element = (vr: Vr, values: readonly (string | number)[]): DicomElement =>
  values.length > 0 ? { vr, Value: values } : { vr };

/** Written by this folder, out of a data set. */
const stored = (json: unknown): DicomDataset => JSON.parse(String(json)) as DicomDataset;
