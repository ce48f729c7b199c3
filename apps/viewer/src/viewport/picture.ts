/** What a renderer draws: stored values with the exact table of their display values, or finished colour. */
export type Picture =
  | {
      readonly kind: 'stored';
      readonly columns: number;
      readonly rows: number;
      /** Bit patterns of the stored values: a signed -1 of 16 bits is 0xFFFF here, and its table entry is there too. */
      readonly bits: Uint8Array | Uint16Array;
    }
  | { readonly kind: 'color'; readonly columns: number; readonly rows: number; readonly rgba: Uint8Array };

/** Display value (0-255) of every bit pattern a stored value can have: 256 or 65536 entries. */
export type DisplayTable = Uint8Array;
