import { transferSyntaxes } from '@sightline/dicom';
import type { DimseService } from './peers.ts';

export type QueryRoot = 'patient' | 'study';

/** A SOP class of this door that is not storage. `service` absent: for everyone who may associate. */
export interface DimseSopClass {
  readonly uid: string;
  readonly name: string;
  readonly service?: DimseService;
  readonly root?: QueryRoot;
}

const QUERY_RETRIEVE = '1.2.840.10008.5.1.4.1.2';

export const dimseSopClasses: readonly DimseSopClass[] = [
  { uid: '1.2.840.10008.1.1', name: 'Verification' },
  ...queryRetrieve('1', 'Patient Root', 'patient'),
  ...queryRetrieve('2', 'Study Root', 'study'),
];

function queryRetrieve(number: string, name: string, root: QueryRoot): readonly DimseSopClass[] {
  const model = `${name} Query/Retrieve Information Model`;
  return [
    { uid: `${QUERY_RETRIEVE}.${number}.1`, name: `${model} - FIND`, service: 'find', root },
    { uid: `${QUERY_RETRIEVE}.${number}.2`, name: `${model} - MOVE`, service: 'move', root },
    { uid: `${QUERY_RETRIEVE}.${number}.3`, name: `${model} - GET`, service: 'get', root },
  ];
}

const byUid = new Map(dimseSopClasses.map((sopClass) => [sopClass.uid, sopClass]));
export const sopClassOf = (uid: string): DimseSopClass | undefined => byUid.get(uid);

export const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';

/** Of commands' own data sets: what they ask and answer. */
const plainSyntaxes: ReadonlySet<string> = new Set([EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN]);
/** Every syntax that the archive can read; objects whose pixels are elsewhere among them. */
const storedSyntaxes: ReadonlySet<string> = new Set(transferSyntaxes().map(({ uid }) => uid));

/** Standard classes that hold objects: PS3.4 B.5 and GG.3; all others below the standard's root are services. */
const STORAGE = /^1\.2\.840\.10008\.5\.1\.4\.(1\.1\..+|34\.(7|10)|3[89]\.1|4[345]\.1)$/;
const STANDARD_ROOT = '1.2.840.10008.';

/** Private classes and those of later editions are stored like any other: nothing has to know what they are. */
export const isStorageClass = (uid: string): boolean => STORAGE.test(uid) || !uid.startsWith(STANDARD_ROOT);

export interface ProposedContext {
  readonly sopClassUid: string;
  readonly transferSyntaxUids: readonly string[];
  /** The peer offers to receive objects of the class on this association, for C-GET: PS3.7 D.3.3.4. */
  readonly isProvider: boolean;
}

export type ContextVerdict =
  | { readonly kind: 'accepted'; readonly transferSyntaxUid: string }
  | { readonly kind: 'refused'; readonly reason: 'user' | 'sop_class' | 'transfer_syntax' };

/**
 * Which of the proposed transfer syntaxes is taken: the proposer's first choice, but text and numbers whose VR is
 * stated before those whose VR has to be known, and big endian only where there is nothing else.
 */
export function judgeContext(proposed: ProposedContext, services: ReadonlySet<DimseService>): ContextVerdict {
  const known = sopClassOf(proposed.sopClassUid);
  if (!known && !isStorageClass(proposed.sopClassUid)) return { kind: 'refused', reason: 'sop_class' };
  const isAllowed = known
    ? known.service === undefined || services.has(known.service)
    : services.has('store') || (proposed.isProvider && services.has('get'));
  if (!isAllowed) return { kind: 'refused', reason: 'user' };
  const usable = proposed.transferSyntaxUids.filter((uid) =>
    known ? plainSyntaxes.has(uid) : storedSyntaxes.has(uid),
  );
  const [best] = usable.toSorted((a, b) => rank(a) - rank(b));
  return best === undefined
    ? { kind: 'refused', reason: 'transfer_syntax' }
    : { kind: 'accepted', transferSyntaxUid: best };
}

function rank(transferSyntaxUid: string): number {
  if (transferSyntaxUid === EXPLICIT_BIG_ENDIAN) return 2;
  return transferSyntaxUid === IMPLICIT_LITTLE_ENDIAN ? 1 : 0;
}

export interface DimseConformanceRow {
  readonly sopClass: string;
  readonly uid: string;
  readonly role: 'SCP' | 'SCU' | 'SCU and SCP';
  readonly transferSyntaxes: readonly string[];
}

/** The presentation contexts of this door and our role in each, for the conformance statement (PS3.2). */
export function dimseConformance(): readonly DimseConformanceRow[] {
  return [
    ...dimseSopClasses.map(
      ({ name, uid }): DimseConformanceRow => ({
        sopClass: name,
        uid,
        role: 'SCP',
        transferSyntaxes: [...plainSyntaxes],
      }),
    ),
    {
      sopClass: 'every Storage SOP Class, private ones too',
      uid: '1.2.840.10008.5.1.4.1.1.*',
      // As SCU of C-MOVE's and C-GET's sub-operations.
      role: 'SCU and SCP',
      transferSyntaxes: [...storedSyntaxes],
    },
  ];
}
