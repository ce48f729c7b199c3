/** What frames can be compressed to, all of them without loss. */
export const encodableSyntaxes: ReadonlySet<string> = new Set([
  '1.2.840.10008.1.2.5',
  '1.2.840.10008.1.2.4.80',
  '1.2.840.10008.1.2.4.90',
  '1.2.840.10008.1.2.4.201',
  '1.2.840.10008.1.2.4.202',
]);
