import type { Picture8 } from '@sightline/dicom';

/**
 * A smaller picture, each of whose pixels is the mean of the area that it covers: what an image library does as well
 * when it shrinks by much, in one pass over the pixels.
 *
 * @param width of the smaller one, which like `height` is from 1 to that of the picture
 */
export function shrink(picture: Picture8, width: number, height: number): Picture8 {
  const { columns, rows, channels, data } = picture;
  const across = spans(columns, width);
  const down = spans(rows, height);
  // All the lines of one smaller line first: that goes through memory in order, and leaves little to do across.
  const sums = new Float64Array(columns * channels);
  const line = new Float64Array(width * channels);
  const out = new Uint8Array(width * height * channels);
  const area = across.length * down.length;
  for (let y = 0; y < height; y++) {
    const last = down.last[y] ?? 0;
    sums.fill(0);
    for (let row = down.first[y] ?? 0; row <= last; row++)
      addLine(sums, data, row * sums.length, shareOf(down, y, row));
    sumLine(line, sums, across, channels);
    for (let at = 0; at < line.length; at++) out[y * line.length + at] = (line[at] ?? 0) / area + 0.5;
  }
  return { columns: width, rows: height, channels, data: out };
}

function addLine(sums: Float64Array, data: Uint8Array, from: number, share: number): void {
  for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] ?? 0) + (data[from + at] ?? 0) * share;
}

/** For each smaller pixel the first and the last that it covers something of, and how much of these, from 0 to 1. */
interface Spans {
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly firstShare: Float64Array;
  readonly lastShare: Float64Array;
  /** Of all of them. */
  readonly length: number;
}

function spans(from: number, to: number): Spans {
  const first = new Int32Array(to);
  const last = new Int32Array(to);
  const firstShare = new Float64Array(to);
  const lastShare = new Float64Array(to);
  for (let at = 0; at < to; at++) {
    // In parts of 1 / to, which are whole numbers: nothing is lost to rounding.
    const [begin, end] = [at * from, (at + 1) * from];
    const [a, b] = [Math.floor(begin / to), Math.ceil(end / to) - 1];
    first[at] = a;
    last[at] = b;
    firstShare[at] = (Math.min((a + 1) * to, end) - begin) / to;
    lastShare[at] = (end - Math.max(b * to, begin)) / to;
  }
  return { first, last, firstShare, lastShare, length: from / to };
}

function shareOf({ first, last, firstShare, lastShare }: Spans, at: number, place: number): number {
  if (place === first[at]) return firstShare[at] ?? 0;
  return place === last[at] ? (lastShare[at] ?? 0) : 1;
}

/** What each smaller pixel covers of one line, the shares of the pixels at its ends counted apart from those between. */
function sumLine(sums: Float64Array, line: Float64Array, spanned: Spans, channels: number): void {
  const { first, last, firstShare, lastShare } = spanned;
  for (let at = 0; at < first.length; at++) {
    const begin = (first[at] ?? 0) * channels;
    const end = (last[at] ?? 0) * channels;
    const edges = [firstShare[at] ?? 0, begin === end ? 0 : (lastShare[at] ?? 0)] as const;
    for (let channel = 0; channel < channels; channel++) {
      let between = 0;
      for (let from = begin + channels; from < end; from += channels) between += line[from + channel] ?? 0;
      sums[at * channels + channel] =
        between + (line[begin + channel] ?? 0) * edges[0] + (line[end + channel] ?? 0) * edges[1];
    }
  }
}
