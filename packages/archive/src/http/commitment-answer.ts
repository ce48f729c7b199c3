import { getItems, getText, type DicomDataset, type DicomElement } from '@sightline/dicom';

/** One object that somebody wants to be sure of. */
export interface CommitmentReference {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
}

/** (0008,1197) Failure Reason, PS3.3 C.14; undefined: committed. */
export type Judgement = number | undefined;

const CLASS = '00081150';
const INSTANCE = '00081155';
const REFERENCED_SOPS = '00081199';
const FAILED_SOPS = '00081198';
const STUDIES = '00081110';
const FAILED_STUDIES = '0008119B';
const SERIES = '00081115';
const SERIES_INSTANCES = '0008114A';
const STUDY_INSTANCES = '00081112';

/** What a request names, PS3.18 table 13.3: a list, or a tree of studies and series. Undefined where it names nothing. */
export function referencesOf(request: DicomDataset): readonly CommitmentReference[] | undefined {
  const items = [...getItems(request, REFERENCED_SOPS), ...getItems(request, STUDIES).flatMap(ofStudy)];
  const references = items.flatMap((item) => referenceOf(item) ?? []);
  return references.length > 0 && references.length === items.length ? references : undefined;
}

const ofStudy = (study: DicomDataset): readonly DicomDataset[] =>
  getItems(study, SERIES).flatMap((series) =>
    [SERIES_INSTANCES, STUDY_INSTANCES].flatMap((tag) => getItems(series, tag)),
  );

function referenceOf(item: DicomDataset): CommitmentReference | undefined {
  const sopClassUid = getText(item, CLASS);
  const sopInstanceUid = getText(item, INSTANCE);
  return sopClassUid === undefined || sopInstanceUid === undefined
    ? undefined
    : { sopClassUid, sopInstanceUid };
}

/** The result in the form of its request: what is committed, and what is not with the reason for each. */
export function commitmentResult(
  request: DicomDataset,
  judge: (reference: CommitmentReference) => Judgement,
): DicomDataset {
  const list = (wanted: 'committed' | 'failed') => keep(getItems(request, REFERENCED_SOPS), judge, wanted);
  const studies = (wanted: 'committed' | 'failed') =>
    pruned(getItems(request, STUDIES), SERIES, (series) =>
      [SERIES_INSTANCES, STUDY_INSTANCES].reduce<DicomDataset>((kept, tag) => {
        const { [tag]: _, ...others } = kept;
        return { ...others, ...sequence(tag, keep(getItems(series, tag), judge, wanted)) };
      }, series),
    );
  return {
    ...sequence(STUDIES, studies('committed')),
    ...sequence(FAILED_SOPS, list('failed')),
    ...sequence(REFERENCED_SOPS, list('committed')),
    ...sequence(FAILED_STUDIES, studies('failed')),
  };
}

function keep(
  items: readonly DicomDataset[],
  judge: (reference: CommitmentReference) => Judgement,
  wanted: 'committed' | 'failed',
): readonly DicomDataset[] {
  return items.flatMap((item) => {
    const reference = referenceOf(item);
    const reason = reference && judge(reference);
    if ((reason === undefined) !== (wanted === 'committed')) return [];
    const named = { [CLASS]: item[CLASS] ?? EMPTY, [INSTANCE]: item[INSTANCE] ?? EMPTY };
    return [reason === undefined ? named : { ...named, '00081197': { vr: 'US', Value: [reason] } }];
  });
}

const EMPTY: DicomElement = { vr: 'UI' };

/** Items with nothing left below `tag` go. */
function pruned(
  items: readonly DicomDataset[],
  tag: string,
  prune: (child: DicomDataset) => DicomDataset,
): readonly DicomDataset[] {
  return items.flatMap((item) => {
    const children = getItems(item, tag)
      .map(prune)
      .filter((child) => child[SERIES_INSTANCES] !== undefined || child[STUDY_INSTANCES] !== undefined);
    return children.length > 0 ? [{ ...item, ...sequence(tag, children) }] : [];
  });
}

const sequence = (tag: string, items: readonly DicomDataset[]): DicomDataset =>
  items.length === 0 ? {} : { [tag]: { vr: 'SQ', Value: items } };
