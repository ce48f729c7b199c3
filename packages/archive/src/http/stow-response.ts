import type { DicomDataset, DicomElement } from '@sightline/dicom';
import { type Failed, failures, type PartOutcome, type Stored } from './stow-outcome.ts';

/** PS3.3 table I.1-1, the Store Instances Response Module. */
export function storeInstancesResponse(outcomes: readonly PartOutcome[], root: string): DicomDataset {
  const stored = outcomes.filter((outcome) => outcome.kind === 'stored');
  const failed = outcomes.filter((outcome) => outcome.kind === 'failed');
  const named = failed.filter(isNamed);
  const others = failed.filter((outcome) => !isNamed(outcome));
  const studies = new Set(stored.map(({ studyInstanceUid }) => studyInstanceUid));
  const [study] = studies;
  return {
    ...(study !== undefined &&
      studies.size === 1 && { '00081190': element('UR', `${root}/studies/${study}`) }),
    ...(named.length > 0 && { '00081198': sequence(named.map(failedItem)) }),
    ...(stored.length > 0 && { '00081199': sequence(stored.map((each) => storedItem(each, root))) }),
    ...(others.length > 0 && { '0008119A': sequence(others.map(failedItem)) }),
  };
}

/** Items of (0008,1198) need both UIDs; what does not have them goes to (0008,119A) Other Failures. */
const isNamed = ({ sopClassUid, sopInstanceUid }: Failed): boolean =>
  sopClassUid !== undefined && sopInstanceUid !== undefined;

function failedItem({ code, sopClassUid, sopInstanceUid }: Failed): DicomDataset {
  return {
    ...(sopClassUid !== undefined && { '00081150': element('UI', sopClassUid) }),
    ...(sopInstanceUid !== undefined && { '00081155': element('UI', sopInstanceUid) }),
    '00081197': element('US', failures[code].reason),
  };
}

function storedItem({ warning, ...identity }: Stored, root: string): DicomDataset {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid, sopClassUid } = identity;
  const url = `${root}/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
  return {
    '00081150': element('UI', sopClassUid),
    '00081155': element('UI', sopInstanceUid),
    '00081190': element('UR', url),
    ...(warning !== undefined && { '00081196': element('US', warning) }),
  };
}

const element = (vr: DicomElement['vr'], value: string | number): DicomElement => ({ vr, Value: [value] });
const sequence = (items: readonly DicomDataset[]): DicomElement => ({ vr: 'SQ', Value: items });
