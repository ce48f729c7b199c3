import type { TestGateway } from '../e2e/support/gateway.ts';

/** One line of the result: our figure beside what it is held against, measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly ours: number;
  /** Of the peer or of the bare program; absent where there is none, or it is not installed. */
  readonly limit?: number;
  /** ours / limit; the only thing here that means something on another machine. */
  readonly ratio?: number;
  /** Whose figure `limit` is. */
  readonly against?: string;
  readonly better: 'higher' | 'lower';
  /** The ratio that is wanted. */
  readonly atLeast?: number;
  /** The figure that is wanted, where it is one by itself. */
  readonly atMost?: number;
}

/** What the benches that read the 300-slice CT work on. */
export interface BenchContext {
  /** Holds the 300-slice CT and nothing else. */
  readonly gateway: TestGateway;
  /** The stored values of the slice that a viewer shows first. */
  readonly framePixels: Uint8Array;
  /** For scratch files; removed at the end. */
  readonly folder: string;
}
