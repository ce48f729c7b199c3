import { type DicomDataset, writePart10 } from '@sightline/dicom';

/** Many small studies, as an archive of a practice has them: 2,000 of 3 instances of 64x64. */
export const smallStudies = { count: 2000, instances: 3, patients: 1000, families: 26 } as const;

const families =
  'ADAMS BAKER CHEN DUBOIS EVANS FISCHER GARCIA HUANG IVANOV JENSEN KIM LOPEZ MUELLER NOVAK OKAFOR PATEL QUINN ROSSI SMITH TANAKA UENO VARGA WAGNER XU YOUNG ZHANG'.split(
    ' ',
  );
const given = 'ANNA BEN CLARA DAVID ELENA FELIX GRETA HUGO IRIS JONAS KARIN LEO'.split(' ');
const modalities = ['MR', 'CT', 'US', 'CR'];

export const familyOf = (study: number): string => families[study % families.length] ?? '';
export const patientIdOf = (study: number): string =>
  `PID${String(study % smallStudies.patients).padStart(6, '0')}`;
export const smallStudyUid = (study: number): string => `2.25.4000000000000000000000000${study}`;

/** Spread evenly over five years from 2021 on. */
export function studyDateOf(study: number): string {
  const day = Math.floor((study * 1800) / smallStudies.count);
  return dateOf(day);
}

export const dateOf = (day: number): string =>
  new Date(Date.UTC(2021, 0, 1) + day * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');

/** The Part 10 files of one study. */
export function smallStudy(study: number): readonly Uint8Array[] {
  return Array.from({ length: smallStudies.instances }, (_, instance) =>
    writePart10({
      dataset: attributes(study, instance),
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      pixelData: pixels(study * smallStudies.instances + instance),
    }),
  );
}

function pixels(seed: number): Uint8Array {
  const values = new Uint16Array(64 * 64);
  let noise = (seed + 1) * 2654435761;
  for (let i = 0; i < values.length; i++) {
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    values[i] = noise >>> 20;
  }
  return new Uint8Array(values.buffer);
}

function attributes(study: number, instance: number): DicomDataset {
  const uid = smallStudyUid(study);
  return {
    '00080008': { vr: 'CS', Value: ['ORIGINAL', 'PRIMARY', 'M'] },
    '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.4'] },
    '00080018': { vr: 'UI', Value: [`${uid}.1.${instance + 1}`] },
    '00080020': { vr: 'DA', Value: [studyDateOf(study)] },
    '00080030': { vr: 'TM', Value: ['101500'] },
    '00080050': { vr: 'SH', Value: [`ACC${String(study).padStart(6, '0')}`] },
    '00080060': { vr: 'CS', Value: [modalities[study % modalities.length] ?? 'MR'] },
    '00080080': { vr: 'LO', Value: ['Bench'] },
    '00080090': { vr: 'PN', Value: [{ Alphabetic: `REF^DOC${study % 17}` }] },
    '00081030': { vr: 'LO', Value: ['BRAIN STUDY'] },
    '0008103E': { vr: 'LO', Value: ['t2_tse'] },
    '00100010': {
      vr: 'PN',
      Value: [{ Alphabetic: `${familyOf(study)}^${given[study % given.length] ?? ''}^${study}` }],
    },
    '00100020': { vr: 'LO', Value: [patientIdOf(study)] },
    '00100030': { vr: 'DA', Value: [`19${String(study % 100).padStart(2, '0')}0101`] },
    '00100040': { vr: 'CS', Value: [study % 2 === 0 ? 'M' : 'F'] },
    '00180015': { vr: 'CS', Value: ['HEAD'] },
    '0020000D': { vr: 'UI', Value: [uid] },
    '0020000E': { vr: 'UI', Value: [`${uid}.1`] },
    '00200010': { vr: 'SH', Value: [String(study)] },
    '00200011': { vr: 'IS', Value: [1] },
    '00200013': { vr: 'IS', Value: [instance + 1] },
    '00200032': { vr: 'DS', Value: [-100, -100, instance * 5] },
    '00200037': { vr: 'DS', Value: [1, 0, 0, 0, 1, 0] },
    '00200052': { vr: 'UI', Value: [`${uid}.9`] },
    '00280002': { vr: 'US', Value: [1] },
    '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
    '00280010': { vr: 'US', Value: [64] },
    '00280011': { vr: 'US', Value: [64] },
    '00280030': { vr: 'DS', Value: [3, 3] },
    '00280100': { vr: 'US', Value: [16] },
    '00280101': { vr: 'US', Value: [12] },
    '00280102': { vr: 'US', Value: [11] },
    '00280103': { vr: 'US', Value: [0] },
    '00281050': { vr: 'DS', Value: [600] },
    '00281051': { vr: 'DS', Value: [1200] },
  };
}
