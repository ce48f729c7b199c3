import { expect, it } from 'vitest';
import type { DisplaySet } from '../studies/display-set.ts';
import { INITIAL_VIEW } from './view.ts';
import { incomplete, type ViewportState } from './viewport-state.ts';

function state(progress: ViewportState['progress'], missingInstances = 0): ViewportState {
  const displaySet: DisplaySet = {
    id: 'set',
    studyInstanceUid: '1.1',
    seriesInstanceUid: '1.2',
    modality: 'CT',
    seriesNumber: 1,
    description: '',
    images: [],
    instances: [],
    unsupported: undefined,
    missingInstances,
    isProvisional: false,
  };
  return {
    content: { kind: 'stack', displaySet },
    target: 0,
    shown: undefined,
    failure: undefined,
    progress,
    view: INITIAL_VIEW,
    voi: { kind: 'initial' },
    framesPerSecond: 0,
    isPlaying: false,
  };
}

it('says nothing while images are on their way', () => {
  expect(incomplete(state({ loaded: 3, failed: 0, total: 10 }), true)).toBeUndefined();
});

it('counts images that could not be loaded', () => {
  expect(incomplete(state({ loaded: 9, failed: 1, total: 10 }), true)).toEqual({ present: 9, expected: 10 });
});

it('counts instances that the archive has and did not describe', () => {
  expect(incomplete(state({ loaded: 10, failed: 0, total: 10 }, 2), true)).toEqual({
    present: 10,
    expected: 12,
  });
});

it('says what is there while the archive is away', () => {
  expect(incomplete(state({ loaded: 4, failed: 0, total: 10 }), false)).toEqual({ present: 4, expected: 10 });
  expect(incomplete(state({ loaded: 10, failed: 0, total: 10 }), false)).toBeUndefined();
});
