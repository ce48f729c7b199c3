import type { DicomDataset, DicomElement } from '@sightline/dicom';
import type { InstanceAttributes } from './instance-reader.ts';

const tags = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/**
 * Which attributes belong to which level of a search: those of the Patient, Patient Study and General Study modules
 * (PS3.3 C.7.1, C.7.2), of General Series, Frame of Reference and General Equipment (C.7.3 to C.7.5), and of an
 * instance those that search has to answer. Other attributes of an instance come from its metadata.
 */
const studyTags = tags(`
  00080020 00080030 00080050 00080051 00080090 00080096 0008009C 0008009D 00080201 00081030 00081032
  00081048 00081049 00081060 00081062 00081080 00081084 00081110 00100010 00100020 00100021 00100022
  00100024 00100026 00100027 00100030 00100032 00100033 00100034 00100035 00100040 00100200 00101000
  00101001 00101002 00101010 00101020 00101021 00101030 00101100 00102000 00102110 00102160 00102180
  001021A0 001021B0 001021C0 001021D0 001021F0 00102201 00102202 00102203 00102292 00102293 00102294
  00102295 00102296 00102297 00102298 00102299 00104000 00120062 00120063 00120064 0020000D 00200010
  00321032 00321033 00321034 00321060 00321064 00380010 00380014 00380060 00380062 00380064 00380500
  00401012
`);

const seriesTags = tags(`
  00080021 00080031 00080060 00080064 00080068 00080070 00080080 00080081 00080082 00081010 0008103E
  0008103F 00081040 00081050 00081052 00081070 00081072 00081090 00081111 00081250 00180010 00180015
  00180060 00181000 00181020 00181030 00185100 0020000E 00200011 00200052 00200060 00201040 00280108
  00280109 00400244 00400245 00400250 00400251 00400253 00400254 00400260 00400275 00400280 0040100A
`);

const instanceTags = tags(`
  00080008 00080016 00080018 00080022 00080023 0008002A 00080032 00080033 00083002 00200012 00200013
  00200032 00200037 00201041 00204000 00280002 00280004 00280008 00280010 00280011 00280100 00280101
  00280103 0040A491 0040A493 00420010 00420012 00700080 00700081
`);

/** An attribute of a study can be answered without looking into an object. */
export const isStudyAttribute = (tag: string): boolean => studyTags.has(tag);
export const isSeriesAttribute = (tag: string): boolean => seriesTags.has(tag);
export const isInstanceAttribute = (tag: string): boolean => instanceTags.has(tag);

/** Takes the attributes of each level out of a data set. Bulk data has no place in a search. */
export function attributesByLevel(dataset: DicomDataset): InstanceAttributes {
  const pick = (isOfLevel: (tag: string) => boolean): DicomDataset =>
    Object.fromEntries(
      Object.entries(dataset).filter(([tag, element]) => isOfLevel(tag) && !hasBulkData(element)),
    );
  return {
    study: pick(isStudyAttribute),
    series: pick(isSeriesAttribute),
    instance: pick(isInstanceAttribute),
  };
}

const hasBulkData = (element: DicomElement): boolean =>
  element.BulkDataURI !== undefined ||
  (element.vr === 'SQ' && JSON.stringify(element).includes('"BulkDataURI":'));
