import type { DicomDataset, PersonName } from '@sightline/dicom';
import { nameGroups } from './search-name.ts';
import { soundKeys } from './sound-key.ts';

/** Of every value of an attribute, the form that PS3.18 F.2.2 gives it. */
export function personNames(dataset: DicomDataset, tag: string): readonly PersonName[] {
  const { vr, Value = [] } = dataset[tag] ?? {};
  // What is an object in a PN element is this.
  return vr === 'PN'
    ? (Value.filter((value) => typeof value === 'object' && value !== null) as PersonName[])
    : [];
}

/** Family, given and middle name: prefix and suffix are titles, which nobody asks for by their sound. */
const SOUNDING_COMPONENTS = 3;

/** How every name of an attribute sounds, word by word, and each component as if it were one word. */
export const nameSounds = (dataset: DicomDataset, tag: string): readonly string[] => [
  ...new Set(personNames(dataset, tag).flatMap(soundsOf)),
];

const soundsOf = (name: PersonName): readonly string[] =>
  nameGroups
    .flatMap((group) => (name[group] ?? '').split('^').slice(0, SOUNDING_COMPONENTS))
    .flatMap((component) => {
      const words = wordsOf(component);
      return [...words, ...(words.length > 1 ? [words.join('')] : [])].flatMap(soundKeys);
    });

/** Letters between spaces, hyphens, apostrophes and dots. An initial says nothing by its sound. */
export const wordsOf = (component: string): readonly string[] =>
  component.split(/[^\p{L}\p{M}]+/u).filter((word) => Array.from(word).length > 1);
