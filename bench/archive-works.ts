import { ct300, seriesUidOf, sliceUid, studyUidOf } from './ct-series.ts';
import type { Ask } from './http-client.ts';
import { dateOf, familyOf, patientIdOf, smallStudies, smallStudyUid } from './small-studies.ts';

/** One kind of question, asked of every archive in turn. Paths are below the DICOMweb root. */
export interface Work {
  readonly name: string;
  readonly clients: number;
  /** How many times as many answers a second as Orthanc this has to give. */
  readonly atLeast: number;
  /** `n` counts the questions, so that the answers of many studies are asked for. */
  readonly ask: (n: number) => Ask;
  /** What Orthanc is asked instead, where it has no such resource. */
  readonly askOrthanc?: (n: number) => Ask;
}

const json = { accept: 'application/dicom+json', 'accept-encoding': 'gzip' };
const octets = { accept: 'multipart/related; type="application/octet-stream"; transfer-syntax=*' };
const jpeg = { accept: 'image/jpeg' };
const SERIES = `/studies/${studyUidOf()}/series/${seriesUidOf()}`;

/** Neighbours in number are not neighbours in the answer: nothing is asked twice in a row. */
const spread = (n: number, count: number): number => (n * 7919) % count;
const instance = (n: number): string => `${SERIES}/instances/${sliceUid(spread(n, ct300.slices))}`;
const search = (query: string): Ask => ({ path: `/studies?${query}`, headers: json });

function range(n: number): string {
  const from = spread(n, 1700);
  return `${dateOf(from)}-${dateOf(from + 30)}`;
}

const questions: readonly Omit<Work, 'clients'>[] = [
  { name: 'QIDO first page of 100', atLeast: 50, ask: () => search('limit=100') },
  {
    name: 'QIDO name prefix, limit 100',
    atLeast: 50,
    ask: (n) => search(`PatientName=${familyOf(spread(n, smallStudies.families))}*&limit=100`),
  },
  {
    name: 'QIDO 30-day range, limit 100',
    atLeast: 50,
    ask: (n) => search(`StudyDate=${range(n)}&limit=100`),
  },
  {
    name: 'QIDO patient ID',
    atLeast: 12,
    ask: (n) => search(`PatientID=${patientIdOf(spread(n, smallStudies.patients))}`),
  },
  {
    name: 'QIDO study UID',
    atLeast: 12,
    ask: (n) => search(`StudyInstanceUID=${smallStudyUid(spread(n, smallStudies.count))}`),
  },
  {
    name: 'QIDO series of a study',
    atLeast: 12,
    ask: (n) => ({
      path: `/studies/${smallStudyUid(spread(n, smallStudies.count))}/series`,
      headers: json,
    }),
  },
];

const pictures: readonly Omit<Work, 'clients'>[] = [
  {
    // A window of its own each time: a picture that is remembered would say nothing about making one.
    name: 'rendered JPEG 512x512, each one new',
    atLeast: 1.5,
    ask: (n) => ({
      path: `${instance(n)}/rendered?window=${40 + (n % 5000) / 100},400,linear`,
      headers: jpeg,
    }),
  },
  {
    name: 'thumbnail, made once and remembered, against rendered at 128 px',
    atLeast: 5,
    ask: (n) => ({ path: `${instance(n)}/thumbnail?viewport=128,128`, headers: jpeg }),
    askOrthanc: (n) => ({ path: `${instance(n)}/rendered?viewport=128,128`, headers: jpeg }),
  },
];

const withClients =
  (...counts: readonly number[]) =>
  (work: Omit<Work, 'clients'>): readonly Work[] =>
    counts.map((clients) => ({ ...work, clients }));

/** What the issue on the archive asks for, in its order. */
export const works: readonly Work[] = [
  ...withClients(
    1,
    6,
  )({
    name: 'single frames',
    atLeast: 5,
    ask: (n) => ({ path: `${instance(n)}/frames/1`, headers: octets }),
  }),
  ...withClients(
    1,
    4,
  )({
    name: 'series metadata, 300 slices, warm',
    atLeast: 80,
    ask: () => ({ path: `${SERIES}/metadata`, headers: json }),
  }),
  ...questions.flatMap(withClients(1, 8)),
  ...pictures.flatMap(withClients(1, 6)),
];

export const metadataAsk: Ask = { path: `${SERIES}/metadata`, headers: json };

/** The whole study in one answer: as the client asks without a wish, and with the bytes untouched. */
export const wholeStudy: readonly { readonly name: string; readonly atLeast: number; readonly ask: Ask }[] = [
  {
    name: 'whole study, as asked by default',
    atLeast: 1.5,
    ask: {
      path: `/studies/${studyUidOf()}`,
      headers: { accept: 'multipart/related; type="application/dicom"' },
    },
  },
  {
    name: 'whole study, transfer-syntax=*',
    atLeast: 0.9,
    ask: {
      path: `/studies/${studyUidOf()}`,
      headers: { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' },
    },
  },
];
