import type { TestGateway } from '../e2e/support/gateway.ts';

/** One line of the result: our figure beside the limit measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly ours: number;
  readonly limit: number;
  /** ours / limit; the only thing here that means something on another machine. */
  readonly ratio: number;
  readonly better: 'higher' | 'lower';
}

/** What every bench works on. */
export interface BenchContext {
  /** Holds the 300-slice CT and nothing else. */
  readonly gateway: TestGateway;
  /** The stored values of the slice that a viewer shows first. */
  readonly framePixels: Uint8Array;
  /** For scratch files; removed at the end. */
  readonly folder: string;
}
