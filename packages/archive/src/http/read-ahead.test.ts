import { expect, test } from 'vitest';
import { begun, discardBody, readAhead } from './read-ahead.ts';

/** A body that says when it is let go of. */
function openBody(name: string, closed: string[]): AsyncIterable<Uint8Array> {
  return (async function* () {
    try {
      yield Uint8Array.of(1);
      yield Uint8Array.of(2);
    } finally {
      closed.push(name);
    }
  })();
}

test('what was opened ahead is let go of when nobody comes for it', async () => {
  const closed: string[] = [];
  const bodies = readAhead(['a', 'b', 'c', 'd'], async (name) => begun(openBody(name, closed)), {
    depth: 3,
    discard: discardBody,
  });
  for await (const body of bodies) {
    for await (const bytes of body) expect(bytes[0]).toBeGreaterThan(0);
    break;
  }
  await expect.poll(() => closed.toSorted()).toEqual(['a', 'b', 'c']);
});

test('everything is given in order, also the last and what is short, and nothing is let go of twice', async () => {
  const discarded: number[] = [];
  const given: number[] = [];
  const work = async (number: number) => number * 2;
  for await (const each of readAhead([1, 2, 3, 4, 5], work, { discard: (it) => discarded.push(it) }))
    given.push(each);
  expect([given, discarded]).toEqual([[2, 4, 6, 8, 10], []]);
});

test('a failure ahead is met in its turn, and does not keep what comes after it open', async () => {
  const closed: string[] = [];
  const work = async (name: string) => {
    if (name === 'b') throw new Error('cut');
    return begun(openBody(name, closed));
  };
  const reading = async () => {
    for await (const body of readAhead(['a', 'b', 'c'], work, { discard: discardBody }))
      await discardBody(body);
  };
  await expect(reading()).rejects.toThrow('cut');
  await expect.poll(() => closed.toSorted()).toEqual(['a', 'c']);
});
