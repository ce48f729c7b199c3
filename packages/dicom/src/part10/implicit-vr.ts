import type { Vr } from '../dicom-json.ts';
import { dictionaryEntry } from '../dictionary.ts';

/** The VR of an element that states none, PS3.5 A.1. UN for what the dictionary does not know. */
export function implicitVr(tag: string, isSigned: boolean | undefined): Vr {
  const vr = dictionaryEntry(tag)?.vr;
  if (vr === 'xs') return isSigned ? 'SS' : 'US';
  if (vr === 'ox' || vr === 'lt') return 'OW';
  if (vr !== undefined) return vr;
  if (tag.endsWith('0000')) return 'UL';
  return isPrivateCreator(tag) ? 'LO' : 'UN';
}

/** Whether its VR is US or SS by Pixel Representation. */
export function dependsOnSign(tag: string): boolean {
  return dictionaryEntry(tag)?.vr === 'xs';
}

/** PS3.5 7.8.1: (gggg,0010-00FF) of an odd group. */
function isPrivateCreator(tag: string): boolean {
  return /^...[13579BDF]00(?!0)[0-9A-F]{2}$/.test(tag);
}
