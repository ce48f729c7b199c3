import { getNumber, getText, getTexts, Tag, type DicomDataset } from '@sightline/dicom';
import type { ArchiveClient } from '../session/archive-client.ts';
import type { ConnectionWatch } from '../session/connection.ts';
import { RequestError } from '../session/request.ts';
import { createStore, type Store } from '../store.ts';
import { displaySetsOf, seriesFacts, type DisplaySet } from './display-set.ts';
import { readInstance } from './instance.ts';

export interface SeriesEntry {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly modality: string;
  readonly seriesNumber: number | undefined;
  readonly description: string;
  /** Number of Series Related Instances, where the archive says it. */
  readonly relatedInstances: number | undefined;
  /** Undefined until the series' metadata has been read. */
  readonly displaySets: readonly DisplaySet[] | undefined;
}

export interface StudyEntry {
  readonly studyInstanceUid: string;
  readonly state: 'loading' | 'ready' | 'missing' | 'failed';
  readonly date: string;
  readonly description: string;
  readonly modalities: readonly string[];
  readonly series: readonly SeriesEntry[];
}

/** What the archive has of the session's studies. */
export interface StudyList {
  readonly studies: Store<readonly StudyEntry[]>;
  /**
   * Searches for every study that is not there yet, or for the first one again when all are, so that the connection watch
   * learns whether the archive answers. Never rejects: the entries say what became of it.
   */
  load(): Promise<void>;
  /** Reads the metadata of every series that nobody has opened, one after the other, until the archive fails. */
  readAll(): Promise<void>;
  /** Reads a series' metadata once. @throws RequestError */
  openSeries(
    series: Pick<SeriesEntry, 'studyInstanceUid' | 'seriesInstanceUid'>,
  ): Promise<readonly DisplaySet[]>;
}

export interface StudyListParts {
  readonly archive: ArchiveClient;
  readonly connection: ConnectionWatch;
  /** Metadata of the first series when the first paint has already asked for it. */
  readonly early?: {
    readonly seriesInstanceUid: string;
    readonly metadata: Promise<readonly DicomDataset[]>;
  };
}

export function createStudyList(
  wanted: readonly { readonly studyInstanceUid: string; readonly found: boolean }[],
  { archive, connection, early }: StudyListParts,
): StudyList {
  const studies = createStore<readonly StudyEntry[]>(
    wanted.map(({ studyInstanceUid, found }) => emptyEntry(studyInstanceUid, found ? 'loading' : 'missing')),
  );
  const opening = new Map<string, Promise<readonly DisplaySet[]>>();
  const change = (uid: string, update: (entry: StudyEntry) => StudyEntry): void =>
    studies.set(studies.get().map((entry) => (entry.studyInstanceUid === uid ? update(entry) : entry)));

  const loadStudy = async (uid: string): Promise<void> => {
    try {
      const [study, series] = await Promise.all([archive.searchForStudy(uid), archive.searchForSeries(uid)]);
      connection.answered();
      change(uid, (entry) => readStudy(entry, study, series));
    } catch (error) {
      connection.report(error);
      const state = isMissing(error) ? 'missing' : 'failed';
      change(uid, (entry) => (entry.state === 'ready' ? entry : { ...entry, state }));
    }
  };
  const readSeries = async (study: string, series: string): Promise<readonly DisplaySet[]> => {
    const metadata = await (early?.seriesInstanceUid === series
      ? early.metadata.catch(() => archive.retrieveSeriesMetadata(study, series))
      : archive.retrieveSeriesMetadata(study, series));
    return displaySetsOf(
      metadata.flatMap((dataset) => readInstance(dataset) ?? []),
      seriesEntry(studies.get(), series)?.relatedInstances,
    );
  };
  const openSeries: StudyList['openSeries'] = ({ studyInstanceUid, seriesInstanceUid }) => {
    const known = opening.get(seriesInstanceUid);
    if (known) return known;
    const reading = readSeries(studyInstanceUid, seriesInstanceUid);
    opening.set(seriesInstanceUid, reading);
    reading.then(
      (displaySets) => {
        connection.answered();
        change(studyInstanceUid, (entry) => withDisplaySets(entry, seriesInstanceUid, displaySets));
      },
      (error: unknown) => {
        opening.delete(seriesInstanceUid); // so that it can be tried again
        connection.report(error);
      },
    );
    return reading;
  };
  return {
    studies,
    async load() {
      const all = studies.get();
      const unready = all.filter(({ state }) => state !== 'ready');
      const waiting = unready.length > 0 ? unready : all.slice(0, 1);
      await Promise.all(waiting.map(({ studyInstanceUid }) => loadStudy(studyInstanceUid)));
    },
    openSeries,
    async readAll() {
      const unread = studies
        .get()
        .flatMap(({ series }) => series)
        .filter(({ displaySets }) => !displaySets);
      try {
        for (const series of unread) await openSeries(series);
      } catch {
        // The connection watch knows; the series are read when they are opened.
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof RequestError && error.failure === 'missing';
}

export function seriesEntry(
  studies: readonly StudyEntry[],
  seriesInstanceUid: string,
): SeriesEntry | undefined {
  return studies
    .flatMap(({ series }) => series)
    .find((entry) => entry.seriesInstanceUid === seriesInstanceUid);
}

function emptyEntry(studyInstanceUid: string, state: StudyEntry['state']): StudyEntry {
  return { studyInstanceUid, state, date: '', description: '', modalities: [], series: [] };
}

function readStudy(
  before: StudyEntry,
  study: DicomDataset | undefined,
  found: readonly DicomDataset[],
): StudyEntry {
  const { studyInstanceUid } = before;
  if (!study && found.length === 0) return emptyEntry(studyInstanceUid, 'missing');
  const series = found
    .flatMap((dataset) => readSeriesEntry(studyInstanceUid, dataset))
    .sort((a, b) => (a.seriesNumber ?? LAST) - (b.seriesNumber ?? LAST));
  const stated = study ? getTexts(study, Tag.ModalitiesInStudy) : [];
  return {
    studyInstanceUid,
    state: 'ready',
    date: (study && getText(study, Tag.StudyDate)) ?? '',
    description: (study && getText(study, Tag.StudyDescription)) ?? '',
    modalities: stated.length > 0 ? stated : [...new Set(series.map(({ modality }) => modality))],
    // Metadata may have been read before the search answered.
    series: series.map((entry) => keepDisplaySets(entry, before)),
  };
}

/** A large finite number, so that differences between two missing ones are 0 and not NaN. */
const LAST = Number.MAX_SAFE_INTEGER;

function readSeriesEntry(studyInstanceUid: string, dataset: DicomDataset): SeriesEntry | [] {
  const seriesInstanceUid = getText(dataset, Tag.SeriesInstanceUID);
  if (!seriesInstanceUid) return [];
  return {
    studyInstanceUid,
    seriesInstanceUid,
    ...seriesFacts(dataset),
    relatedInstances: getNumber(dataset, Tag.NumberOfSeriesRelatedInstances),
    displaySets: undefined,
  };
}

/** The count of what is missing needs both answers, whichever came first. */
function keepDisplaySets(entry: SeriesEntry, before: StudyEntry): SeriesEntry {
  const known = before.series.find(({ seriesInstanceUid }) => seriesInstanceUid === entry.seriesInstanceUid);
  if (!known?.displaySets) return entry;
  const described = known.displaySets.reduce((sum, { instances }) => sum + instances.length, 0);
  const missingInstances = Math.max(0, (entry.relatedInstances ?? 0) - described);
  return { ...entry, displaySets: known.displaySets.map((set) => ({ ...set, missingInstances })) };
}

function withDisplaySets(
  entry: StudyEntry,
  seriesInstanceUid: string,
  displaySets: readonly DisplaySet[],
): StudyEntry {
  const isListed = entry.series.some((series) => series.seriesInstanceUid === seriesInstanceUid);
  const [first] = displaySets;
  const added: readonly SeriesEntry[] =
    isListed || !first ? [] : [{ ...first, relatedInstances: undefined, displaySets }];
  const series = entry.series.map((listed) =>
    listed.seriesInstanceUid === seriesInstanceUid ? { ...listed, displaySets } : listed,
  );
  return { ...entry, series: [...series, ...added] };
}
