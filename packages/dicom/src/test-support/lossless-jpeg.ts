export interface LosslessImage {
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
  readonly precision: number;
  readonly samples: Uint16Array;
  readonly predictor: number;
  /** Lines between restart markers; absent: none. */
  readonly restartRows?: number;
}

/** A lossless JPEG encoder, ITU-T T.81 annex H, with one Huffman table: five bits for each of the 17 categories. */
export function losslessJpeg(image: LosslessImage): Uint8Array {
  const { columns, rows, components, precision, predictor, restartRows } = image;
  const word = (value: number) => [value >> 8, value & 0xff];
  const each = <Value>(make: (i: number) => Value[]) =>
    Array.from({ length: components }, (_, i) => make(i)).flat();
  const table = [
    0,
    0,
    0,
    0,
    0,
    17,
    ...Array.from({ length: 11 }, () => 0),
    ...Array.from({ length: 17 }, (_, i) => i),
  ];
  const segment = (code: number, ...payload: number[]) => [
    0xff,
    code,
    ...word(2 + payload.length),
    ...payload,
  ];
  return Uint8Array.from(
    [
      [0xff, 0xd8],
      segment(0xc4, ...table),
      segment(0xc3, precision, ...word(rows), ...word(columns), components, ...each((i) => [i + 1, 0x11, 0])),
      restartRows ? segment(0xdd, ...word(restartRows * columns)) : [],
      segment(0xda, components, ...each((i) => [i + 1, 0]), predictor, 0, 0),
      entropyCoded(image),
      [0xff, 0xd9],
    ].flat(),
  );
}

function entropyCoded(image: LosslessImage): number[] {
  const out: number[] = [];
  let bits = '';
  const flush = (isEnd: boolean): void => {
    if (isEnd) bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
    while (bits.length >= 8) {
      const byte = Number.parseInt(bits.slice(0, 8), 2);
      out.push(byte, ...(byte === 0xff ? [0] : []));
      bits = bits.slice(8);
    }
  };
  for (let row = 0; row < image.rows; row++) {
    const isRestart = image.restartRows !== undefined && row > 0 && row % image.restartRows === 0;
    if (isRestart) {
      flush(true);
      out.push(0xff, 0xd0 + ((row / (image.restartRows ?? 1) - 1) % 8));
    }
    for (let x = 0; x < image.columns * image.components; x++) {
      bits += code(difference(image, row, x, row === 0 || isRestart));
      flush(false);
    }
  }
  flush(true);
  return out;
}

function difference(image: LosslessImage, row: number, x: number, isFirst: boolean): number {
  const stride = image.columns * image.components;
  const sample = (dx: number, dy: number) =>
    image.samples[(row + dy) * stride + x + dx * image.components] ?? 0;
  const [a, b, c] = [sample(-1, 0), sample(0, -1), sample(-1, -1)];
  const isLeft = x < image.components;
  const choices = [0, a, b, c, a + b - c, a + ((b - c) >> 1), b + ((a - c) >> 1), (a + b) >> 1];
  const prediction = isFirst
    ? isLeft
      ? 2 ** (image.precision - 1)
      : a
    : isLeft
      ? b
      : (choices[image.predictor] ?? 0);
  const modulo = (sample(0, 0) - prediction) & 0xffff;
  return modulo > 32768 ? modulo - 65536 : modulo;
}

/** The category, then its bits; 32768 is a category without bits. */
function code(value: number): string {
  const category = value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1;
  const prefix = category.toString(2).padStart(5, '0');
  if (category === 0 || category === 16) return prefix;
  return prefix + (value > 0 ? value : value + 2 ** category - 1).toString(2).padStart(category, '0');
}
