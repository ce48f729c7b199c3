import { writePart10 } from '@sightline/dicom';

/** The same numbers for the same seed (mulberry32): a round that failed can be run again. */
export function pseudoRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const seriesUid = (study: string): string => `${study}.1`;
export const instanceUid = (study: string, n: number): string => `${study}.1.${n + 1}`;

/** Every 16th is larger than what is collected in memory, so that it takes the other way in. */
const rowsOf = (n: number): number => (n % 16 === 15 ? 2500 : 64);
const COLUMNS = 1024;

/** Object `n` of a study: always the same bytes. */
export function objectBytes(study: string, n: number): Uint8Array {
  const rows = rowsOf(n);
  const us = (value: number) => ({ vr: 'US', Value: [value] }) as const;
  const ui = (value: string) => ({ vr: 'UI', Value: [value] }) as const;
  return writePart10({
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    dataset: {
      '00080016': ui('1.2.840.10008.5.1.4.1.1.7'),
      '00080018': ui(instanceUid(study, n)),
      '00080060': { vr: 'CS', Value: ['OT'] },
      '00100020': { vr: 'LO', Value: ['KILL'] },
      '0020000D': ui(study),
      '0020000E': ui(seriesUid(study)),
      '00200013': { vr: 'IS', Value: [n + 1] },
      '00280002': us(1),
      '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
      '00280010': us(rows),
      '00280011': us(COLUMNS),
      '00280100': us(16),
      '00280101': us(16),
      '00280102': us(15),
      '00280103': us(0),
    },
    pixelData: new Uint8Array(rows * COLUMNS * 2).fill(n & 0xff),
  });
}
