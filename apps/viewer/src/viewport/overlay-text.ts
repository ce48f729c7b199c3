import {
  framePlane,
  getNumber,
  getText,
  getTexts,
  lossyNotice,
  Tag,
  type DicomDataset,
  type FramePlane,
  type VoiChoice,
} from '@sightline/dicom';
import { overlayMessages as words } from '../messages/index.ts';
import type { StackImage } from '../studies/instance.ts';
import { readPatient, type Patient } from '../studies/patient.ts';
import {
  lettersFromPatientOrientation,
  lettersFromVectors,
  type OrientationLetters,
} from './orientation-letters.ts';
import { scaleBar, type ScaleBar } from './scale-bar.ts';
import type { Placement } from './view.ts';

/** All that is written over an image, as text. Made from the image on the screen and nothing else. */
export interface OverlayText {
  readonly identity: readonly string[];
  readonly study: readonly string[];
  readonly stack: readonly string[];
  readonly display: readonly string[];
  readonly letters: OrientationLetters | undefined;
  readonly scale: ScaleBar | undefined;
  readonly scaleLabel: string;
  readonly badges: readonly string[];
}

export interface OverlayInput {
  readonly image: StackImage;
  /** 1-based place in the stack, and the stack's size; undefined until they are known. */
  readonly place: { readonly position: number; readonly count: number } | undefined;
  readonly voi: VoiChoice | undefined;
  readonly placement: Placement;
  /** Device pixels. */
  readonly viewportWidth: number;
}

export function overlayText(input: OverlayInput): OverlayText {
  const { dataset } = input.image.instance;
  const plane = framePlane(dataset, input.image.frame);
  const scale = scaleBar(
    plane,
    input.placement,
    input.viewportWidth,
    getText(dataset, Tag.Modality) === 'US' || plane.regions.length > 0,
  );
  return {
    identity: identityLines(readPatient(dataset)),
    study: studyLines(dataset),
    stack: stackLines(input, plane),
    display: displayLines(input),
    letters: letters(input, plane),
    scale,
    scaleLabel: scale ? [`${scale.amount} ${scale.unit}`, words.scale[scale.plane]].join(' ').trim() : '',
    badges: badges(dataset),
  };
}

export function identityLines(patient: Patient): readonly string[] {
  return [patientName(patient), patientIdentifier(patient), patientFacts(patient)].filter(Boolean);
}

export function patientName({ name }: Patient): string {
  return name || words.noPatientName;
}

export function patientIdentifier({ patientId, issuer }: Patient): string {
  return [patientId || words.noPatientId, issuer && words.issuer(issuer)].filter(Boolean).join(' ');
}

/** Sex, age and birth date, as far as the file knows them. */
export function patientFacts({ sex, age, birthDate }: Patient): string {
  return [sex, readAge(age), birthDate && words.born(displayDate(birthDate))].filter(Boolean).join('  ');
}

function readAge(age: string): string {
  const [, number, unit] = /^(\d{1,3})([DWMY])$/.exec(age) ?? [];
  if (number === undefined || unit === undefined) return '';
  const write = { Y: words.years, M: words.months, W: words.weeks, D: words.days }[unit];
  return write ? write(Number(number)) : '';
}

/** DA as 2023-12-05; what is not a date is shown as it stands. */
export function displayDate(date: string): string {
  const [, year, month, day] = /^(\d{4})[.]?(\d{2})[.]?(\d{2})$/.exec(date) ?? [];
  return year ? `${year}-${month}-${day}` : date;
}

/** TM to the minute. */
function displayTime(time: string): string {
  const [, hour, minute] = /^(\d{2}):?(\d{2})/.exec(time) ?? [];
  return hour ? `${hour}:${minute}` : '';
}

function studyLines(dataset: DicomDataset): readonly string[] {
  const date = getText(dataset, Tag.StudyDate) ?? '';
  const time = getText(dataset, Tag.StudyTime) ?? '';
  const when = [displayDate(date), displayTime(time)].filter(Boolean).join('  ');
  const number = getNumber(dataset, Tag.SeriesNumber);
  const series = [
    number === undefined ? '' : words.series(number),
    getText(dataset, Tag.SeriesDescription) ?? getText(dataset, Tag.ProtocolName),
  ];
  return [
    [getText(dataset, Tag.Modality), when].filter(Boolean).join('  '),
    getText(dataset, Tag.StudyDescription) ?? '',
    series.filter(Boolean).join('  '),
  ].filter(Boolean);
}

function stackLines({ image, place }: OverlayInput, plane: FramePlane): readonly string[] {
  const { dataset, numberOfFrames } = image.instance;
  const location = getNumber(dataset, Tag.SliceLocation) ?? sliceLocation(plane);
  const side = getText(dataset, Tag.ImageLaterality) ?? getText(dataset, Tag.Laterality);
  const view = getText(dataset, Tag.ViewPosition);
  const slice = [
    location === undefined ? '' : words.location(decimals(location)),
    plane.sliceThickness === undefined ? '' : words.thickness(decimals(plane.sliceThickness)),
  ];
  const above = [[side && words.laterality(side), view], slice].map((parts) =>
    parts.filter(Boolean).join('  '),
  );
  return [...above.filter(Boolean), placeLine(image.frame, numberOfFrames, place)];
}

/** Always a line, so that nothing moves when the place becomes known. */
function placeLine(frame: number, numberOfFrames: number, place: OverlayInput['place']): string {
  if (!place) return NO_BREAK_SPACE;
  const isPartOfMany = numberOfFrames > 1 && place.count !== numberOfFrames;
  const line = words.imageOf(place.position, place.count);
  return isPartOfMany ? `${line}  ${words.frame(frame)}` : line;
}

const NO_BREAK_SPACE = '\u00a0';

/** The distance from the origin along the normal: what Slice Location holds where a file has it. */
function sliceLocation({
  imagePositionPatient: p,
  imageOrientationPatient: o,
}: FramePlane): number | undefined {
  if (!p || !o) return undefined;
  const { row: r, column: c } = o;
  return (
    p[0] * (r[1] * c[2] - r[2] * c[1]) +
    p[1] * (r[2] * c[0] - r[0] * c[2]) +
    p[2] * (r[0] * c[1] - r[1] * c[0])
  );
}

function displayLines({ voi, placement }: OverlayInput): readonly string[] {
  const zoom = words.zoom(placement.zoom.toFixed(2));
  if (!voi) return [zoom];
  if (voi.kind === 'lut') return [voi.explanation ?? words.lookupTable, zoom];
  const source =
    voi.explanation ?? { file: '', pixels: words.windowFromPixels, user: words.windowByHand }[voi.origin];
  return [[words.window(compact(voi.width), compact(voi.center)), source].filter(Boolean).join('  '), zoom];
}

/** Whole where the numbers are large, enough digits where they are small (PET, parametric maps). */
function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return String(Math.round(value));
  return size >= 10 ? value.toFixed(1) : value.toPrecision(3);
}

function decimals(value: number): string {
  return value.toFixed(1);
}

function letters({ image, placement }: OverlayInput, plane: FramePlane): OrientationLetters | undefined {
  const { dataset } = image.instance;
  return plane.imageOrientationPatient
    ? lettersFromVectors(plane.imageOrientationPatient, placement.orientation)
    : lettersFromPatientOrientation(getTexts(dataset, Tag.PatientOrientation), placement.orientation);
}

function badges(dataset: DicomDataset): readonly string[] {
  const lossy = lossyNotice(dataset);
  const isAnonymised = getText(dataset, Tag.PatientIdentityRemoved) === 'YES';
  return [
    isAnonymised ? words.anonymised : '',
    lossy ? words.lossy(lossy.ratios.at(-1)?.toFixed(0)) : '',
    hasUndrawnGraphics(dataset) ? words.graphicsNotShown : '',
  ].filter(Boolean);
}

/** Overlay planes (groups 6000 to 601E) and display shutters: a reader must know that something is left out. */
function hasUndrawnGraphics(dataset: DicomDataset): boolean {
  if (dataset[Tag.ShutterShape]?.Value) return true;
  return Object.keys(dataset).some((tag) => /^60[01][0-9A-F]3000$/.test(tag));
}
