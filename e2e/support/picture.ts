/** 8-bit values as they should stand on the screen, and what the viewer's tools do to them. */
export interface Picture {
  readonly columns: number;
  readonly rows: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

export function inverted(picture: Picture): Picture {
  return { ...picture, data: picture.data.map((value) => 255 - value) };
}

/** Left and right change places. */
export function mirroredAcross(picture: Picture): Picture {
  const { columns } = picture;
  return rearranged(picture, picture, (column, row) => [columns - 1 - column, row]);
}

/** Top and bottom change places. */
export function mirroredDown(picture: Picture): Picture {
  const { rows } = picture;
  return rearranged(picture, picture, (column, row) => [column, rows - 1 - row]);
}

/** A quarter turn clockwise: what was the left column is the top row, from its end. */
export function turnedClockwise(picture: Picture): Picture {
  const size = { columns: picture.rows, rows: picture.columns };
  return rearranged(picture, size, (column, row) => [row, picture.rows - 1 - column]);
}

function rearranged(
  picture: Picture,
  size: { readonly columns: number; readonly rows: number },
  source: (column: number, row: number) => readonly [column: number, row: number],
): Picture {
  const { channels } = picture;
  const { columns, rows } = size;
  const data = new Uint8Array(columns * rows * channels);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [fromColumn, fromRow] = source(column, row);
      const from = (fromRow * picture.columns + fromColumn) * channels;
      data.set(picture.data.subarray(from, from + channels), (row * columns + column) * channels);
    }
  }
  return { columns, rows, channels, data };
}
