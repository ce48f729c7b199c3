/** What one file may make this program spend. A file beyond any of them is refused with too_large. */
export interface ReadLimits {
  /** Sequences inside sequences. Deeper nesting than a handful does not occur in practice. */
  readonly maxDepth: number;
  /** Elements in all, nested ones included. */
  readonly maxElements: number;
  /** Bytes of all values kept in the data set; longer binary values are kept as locations and do not count. */
  readonly maxValueBytes: number;
  /** A binary value longer than this becomes a BulkDataURI. */
  readonly maxInlineBytes: number;
  /** A list of numbers (US, FD and so on) longer than this, in bytes, becomes a BulkDataURI. */
  readonly maxInlineNumberBytes: number;
  /** Frames of one object. */
  readonly maxFrames: number;
  /** Bytes of one decoded frame. */
  readonly maxFrameBytes: number;
  /** Fragments of encapsulated pixel data. */
  readonly maxFragments: number;
  /** Bytes of a deflated data set once inflated, and before. */
  readonly maxInflatedBytes: number;
  /** Inflated to deflated size, for data sets that inflate to more than 64 MiB: what a bomb exceeds. */
  readonly maxInflateRatio: number;
}

export const defaultReadLimits: ReadLimits = {
  maxDepth: 32,
  maxElements: 4_000_000,
  maxValueBytes: 128 * 2 ** 20,
  maxInlineBytes: 1024,
  maxInlineNumberBytes: 64 * 2 ** 10,
  maxFrames: 10_000_000,
  maxFrameBytes: 2 ** 30,
  maxFragments: 10_000_000,
  maxInflatedBytes: 2 ** 30,
  maxInflateRatio: 100,
};
