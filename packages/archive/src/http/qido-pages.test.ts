import { expect, test } from 'vitest';
import { createPages } from './qido-pages.ts';

function pagesAt() {
  let now = 0;
  return { pages: createPages(() => new Date(now)), wait: (minutes: number) => (now += minutes * 60_000) };
}

test('a search goes on with what there was when it began, each search for itself', () => {
  const { pages } = pagesAt();
  pages.begin('a', 10);
  pages.begin('b', 20);
  expect([pages.until('a'), pages.until('b'), pages.until('c')]).toEqual([10, 20, undefined]);
  pages.begin('a', 30);
  expect(pages.until('a')).toBe(30);
});

test('each page gives the next one five minutes', () => {
  const { pages, wait } = pagesAt();
  pages.begin('a', 10);
  wait(4);
  expect(pages.until('a')).toBe(10);
  wait(4);
  expect(pages.until('a')).toBe(10);
  wait(6);
  expect(pages.until('a')).toBeUndefined();
});
