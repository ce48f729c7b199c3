declare const brand: unique symbol;

/** A DICOM Unique Identifier that has passed one of the two checks below. */
export type Uid = string & { readonly [brand]: 'Uid' };

const STRICT = /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/;
const STORED = /^\d+(\.\d+)+$/;

/**
 * The check of PS3.5 section 9.1, for identifiers that come with a launch or a request.
 * Returns undefined, never throws: what to do about a bad UID is the caller's business.
 */
export function asUid(text: string): Uid | undefined {
  return text.length <= 64 && STRICT.test(text) ? (text as Uid) : undefined; // the brand is what this check grants
}

/**
 * The check for identifiers found inside files: components with leading zeros occur in real archives and are
 * tolerated, because refusing them would hide images. Still nothing but digits and single dots, so never a path.
 */
export function asStoredUid(text: string): Uid | undefined {
  return text.length <= 64 && STORED.test(text) ? (text as Uid) : undefined; // as above
}
