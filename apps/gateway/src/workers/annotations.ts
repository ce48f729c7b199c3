import type { Annotation } from '@sightline/archive';
import {
  type DicomDataset,
  displayPersonName,
  getNumber,
  getPersonName,
  getText,
  isoDate,
  isoTime,
  lossyNotice,
  type VoiChoice,
} from '@sightline/dicom';
import type { PictureText } from './write-on-picture.ts';

const tags = {
  acquisitionDate: '00080022',
  studyDate: '00080020',
  acquisitionTime: '00080032',
  studyTime: '00080030',
  modality: '00080060',
  seriesDescription: '0008103E',
  patientName: '00100010',
  patientId: '00100020',
  birthDate: '00100030',
  sex: '00100040',
  sliceThickness: '00180050',
  seriesNumber: '00200011',
  instanceNumber: '00200013',
  laterality: '00200060',
  imageLaterality: '00200062',
  numberOfFrames: '00280008',
} as const;

/** What PS3.18 8.3.5.1.1 wants written on a picture. The patient stands above: it is the last to be left out. */
export function annotationText(
  dataset: DicomDataset,
  annotations: readonly Annotation[],
  shown: { readonly frame: number; readonly voi?: VoiChoice },
): PictureText {
  return {
    above: annotations.includes('patient') ? patientLines(dataset) : [],
    below: annotations.includes('technique') ? techniqueLines(dataset, shown) : [],
  };
}

/** What the file does not say is said to be missing: two patients without a name must not look like one. */
function patientLines(dataset: DicomDataset): readonly string[] {
  const name = getPersonName(dataset, tags.patientName);
  const birthDate = getText(dataset, tags.birthDate);
  // Where the name is there in letters, its characters, which could only be drawn as boxes, are left out.
  const drawable = name?.Alphabetic === undefined ? name : { Alphabetic: name.Alphabetic };
  return [
    (drawable && displayPersonName(drawable)) || 'No patient name',
    `ID ${getText(dataset, tags.patientId) ?? 'missing'}`,
    joined([birthDate && `born ${isoDate(birthDate) ?? birthDate}`, getText(dataset, tags.sex)]),
  ].filter((line) => line !== '');
}

function techniqueLines(
  dataset: DicomDataset,
  { frame, voi }: { readonly frame: number; readonly voi?: VoiChoice },
): readonly string[] {
  const text = (tag: string): string | undefined => getText(dataset, tag);
  const date = text(tags.acquisitionDate) ?? text(tags.studyDate);
  const time = text(tags.acquisitionTime) ?? text(tags.studyTime);
  const thickness = getNumber(dataset, tags.sliceThickness);
  const frames = getNumber(dataset, tags.numberOfFrames) ?? 1;
  const number = (word: string, tag: string): string | undefined => text(tag) && `${word} ${text(tag)}`;
  return [
    joined([
      text(tags.modality),
      date && (isoDate(date) ?? date),
      time && (isoTime(time)?.slice(0, 8) ?? time),
      text(tags.imageLaterality) ?? text(tags.laterality),
    ]),
    text(tags.seriesDescription) ?? '',
    joined([
      number('Series', tags.seriesNumber),
      number('Image', tags.instanceNumber),
      frames > 1 ? `Frame ${frame}/${frames}` : undefined,
      thickness === undefined ? undefined : `${thickness} mm`,
    ]),
    joined([windowText(voi), lossyText(dataset)]),
  ].filter((line) => line !== '');
}

const joined = (parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join('  ');

function windowText(voi: VoiChoice | undefined): string | undefined {
  if (voi === undefined) return undefined;
  return voi.kind === 'window' ? `C ${rounded(voi.center)} W ${rounded(voi.width)}` : voi.lut.explanation;
}

/** A picture that has lost something says so. */
function lossyText(dataset: DicomDataset): string | undefined {
  const notice = lossyNotice(dataset);
  if (notice === undefined) return undefined;
  const [ratio] = notice.ratios;
  return ratio === undefined ? 'lossy' : `lossy ${rounded(ratio)}:1`;
}

const rounded = (value: number): string => String(Math.round(value * 100) / 100);
