import { expect, it } from 'vitest';
import { createCine } from './cine.ts';

/** A screen that shows a frame every `ms` when told to. */
function fakeScreen() {
  let callback: ((now: number) => void) | undefined;
  let now = 0;
  return {
    clock: {
      nextFrame(next: (time: number) => void) {
        callback = next;
        return () => {
          callback = undefined;
        };
      },
    },
    run(milliseconds: number, every: number): void {
      for (const end = now + milliseconds; now < end; ) {
        now += every;
        const due = callback;
        callback = undefined;
        due?.(now);
      }
    },
  };
}

it('keeps the rate on a screen whose frames do not divide it', () => {
  const screen = fakeScreen();
  let steps = 0;
  const cine = createCine(screen.clock, () => {
    steps++;
    return true;
  });
  cine.start(25);
  screen.run(2000, 1000 / 60);
  expect(steps).toBeGreaterThanOrEqual(48);
  expect(steps).toBeLessThanOrEqual(50);
});

it('waits for an image that is not loaded and does not skip it', () => {
  const screen = fakeScreen();
  const tried: boolean[] = [];
  const cine = createCine(screen.clock, () => {
    tried.push(tried.length >= 5);
    return tried.at(-1) ?? false;
  });
  cine.start(10);
  screen.run(1000, 10);
  expect(tried.slice(0, 6)).toEqual([false, false, false, false, false, true]);
});

it('stops', () => {
  const screen = fakeScreen();
  let steps = 0;
  const cine = createCine(screen.clock, () => Boolean(++steps));
  cine.start(10);
  screen.run(500, 10);
  cine.stop();
  const before = steps;
  screen.run(500, 10);
  expect(steps).toBe(before);
  expect(cine.isPlaying).toBe(false);
});
