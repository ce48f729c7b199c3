import { getText, getTexts, imageKind, Tag } from '@sightline/dicom';
import type { Instance } from './instance.ts';
import { unsupportedObject } from './unsupported-object.ts';

/** How instances of one series become the things a person drags into a viewport. */
export interface SplitRule {
  readonly id: string;
  appliesTo(instance: Instance): boolean;
  /** Instances with equal keys belong together. */
  key(instance: Instance): string;
}

const each = ({ sopInstanceUid }: Instance): string => sopInstanceUid;
const together = (): string => '';

/** Projection radiographs: one exposure, one display set. */
const SINGLE_IMAGE_MODALITIES: ReadonlySet<string> = new Set(['CR', 'DX', 'MG', 'IO', 'PX', 'RG']);

/** Tried in order; the first rule that applies owns the instance. A new case is one new line. */
export const splitRules: readonly SplitRule[] = [
  { id: 'unsupported', appliesTo: (instance) => unsupportedObject(instance) !== undefined, key: each },
  { id: 'multi-frame', appliesTo: (instance) => instance.numberOfFrames > 1, key: each },
  { id: 'radiograph', appliesTo: (instance) => SINGLE_IMAGE_MODALITIES.has(modality(instance)), key: each },
  {
    id: 'localizer',
    appliesTo: (instance) => modality(instance) === 'CT' && isLocalizer(instance),
    key: together,
  },
  { id: 'stack', appliesTo: ({ dataset }) => imageKind(dataset, undefined) === 'image', key: together },
];

function modality({ dataset }: Instance): string {
  return getText(dataset, Tag.Modality) ?? '';
}

/** Value 3 of Image Type, PS3.3 C.8.2.1.1.1: a scout has another plane than the slices planned on it. */
function isLocalizer({ dataset }: Instance): boolean {
  return getTexts(dataset, Tag.ImageType)[2] === 'LOCALIZER';
}

export interface SplitGroup {
  readonly id: string;
  readonly rule: string;
  readonly instances: readonly Instance[];
}

/** Every instance lands in exactly one group; groups come in the order in which their first instance does. */
export function splitSeries(instances: readonly Instance[]): readonly SplitGroup[] {
  const groups = new Map<string, { rule: string; instances: Instance[] }>();
  for (const instance of instances) {
    const rule = splitRules.find((candidate) => candidate.appliesTo(instance)) ?? FALLBACK;
    const id = `${rule.id}:${rule.key(instance)}`;
    const group = groups.get(id);
    if (group) group.instances.push(instance);
    else groups.set(id, { rule: rule.id, instances: [instance] });
  }
  return [...groups].map(([id, group]) => ({ id, ...group }));
}

const FALLBACK: SplitRule = { id: 'other', appliesTo: () => true, key: each };
