/** The DICOM JSON model, PS3.18 annex F: the one form in which data sets travel inside Sightline. */

/** Value representations of PS3.5 section 6.2. */
export type Vr =
  | 'AE'
  | 'AS'
  | 'AT'
  | 'CS'
  | 'DA'
  | 'DS'
  | 'DT'
  | 'FD'
  | 'FL'
  | 'IS'
  | 'LO'
  | 'LT'
  | 'OB'
  | 'OD'
  | 'OF'
  | 'OL'
  | 'OV'
  | 'OW'
  | 'PN'
  | 'SH'
  | 'SL'
  | 'SQ'
  | 'SS'
  | 'ST'
  | 'SV'
  | 'TM'
  | 'UC'
  | 'UI'
  | 'UL'
  | 'UN'
  | 'UR'
  | 'US'
  | 'UT'
  | 'UV';

/** Component groups of a PN value; a group that is absent is left out. */
export interface PersonName {
  readonly Alphabetic?: string;
  readonly Ideographic?: string;
  readonly Phonetic?: string;
}

/** An empty value inside a list is null, as PS3.18 F.2.5 has it. */
export type DicomValue = string | number | PersonName | DicomDataset | null;

/** At most one of Value, InlineBinary (base64, little endian) and BulkDataURI; none for an empty element. */
export interface DicomElement {
  readonly vr: Vr;
  readonly Value?: readonly DicomValue[];
  readonly InlineBinary?: string;
  readonly BulkDataURI?: string;
}

/** Keys are eight upper-case hexadecimal digits, ascending. */
export interface DicomDataset {
  readonly [tag: string]: DicomElement;
}
