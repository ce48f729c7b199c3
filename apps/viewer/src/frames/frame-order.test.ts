import { expect, it } from 'vitest';
import { loadOrder } from './frame-order.ts';

it('begins with the current image and looks further ahead than back', () => {
  expect(loadOrder(10, 4, 1).slice(0, 7)).toEqual([4, 5, 6, 3, 7, 8, 2]);
});

it('turns round with the direction of scrolling', () => {
  expect(loadOrder(10, 4, -1).slice(0, 7)).toEqual([4, 3, 2, 5, 1, 0, 6]);
});

it.each([
  [1, 0],
  [2, 1],
  [7, 0],
  [7, 6],
  [300, 142],
])('names each of %i images once, from image %i on', (count, current) => {
  for (const direction of [1, -1] as const) {
    const order = loadOrder(count, current, direction);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
  }
});

it('has no order for an empty stack', () => {
  expect(loadOrder(0, 0, 1)).toEqual([]);
});
