import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '@sightline/dicom';

const PREAMBLE_BYTES = 128;
/** File meta information longer than this is none: PS3.10 7.1 has a dozen short elements. */
const MAX_HEAD_BYTES = 1024 * 1024;

export interface ObjectOnTheWire {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
}

/**
 * What stands before a data set in a file (PS3.10 7.1). Nothing of it depends on who sends and when, so that an object
 * that is sent again, by whomever, is the same file.
 */
export function fileHead({ sopClassUid, sopInstanceUid, transferSyntaxUid }: ObjectOnTheWire): Buffer {
  const meta = Buffer.concat([
    longElement(0x0001, 'OB', Buffer.of(0, 1)),
    element(0x0002, 'UI', Buffer.from(sopClassUid)),
    element(0x0003, 'UI', Buffer.from(sopInstanceUid)),
    element(0x0010, 'UI', Buffer.from(transferSyntaxUid)),
    element(0x0012, 'UI', Buffer.from(IMPLEMENTATION_CLASS_UID)),
    element(0x0013, 'SH', Buffer.from(IMPLEMENTATION_VERSION_NAME)),
  ]);
  const groupLength = Buffer.alloc(4);
  groupLength.writeUInt32LE(meta.length);
  return Buffer.concat([
    Buffer.alloc(PREAMBLE_BYTES),
    Buffer.from('DICM'),
    element(0x0000, 'UL', groupLength),
    meta,
  ]);
}

function element(number: number, vr: string, value: Buffer): Buffer {
  const padding = value.length % 2 === 0 ? '' : vr === 'SH' ? ' ' : '\0';
  const header = Buffer.alloc(8);
  header.writeUInt16LE(2, 0);
  header.writeUInt16LE(number, 2);
  header.write(vr, 4, 'latin1');
  header.writeUInt16LE(value.length + padding.length, 6);
  return Buffer.concat([header, value, Buffer.from(padding)]);
}

function longElement(number: number, vr: string, value: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16LE(2, 0);
  header.writeUInt16LE(number, 2);
  header.write(vr, 4, 'latin1');
  header.writeUInt32LE(value.length, 8);
  return Buffer.concat([header, value]);
}

/** The data set of a file, which is what remains without preamble and file meta information, byte for byte. */
export async function* dataSetOf(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of file) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const start = dataSetStart(head);
    if (start === undefined && head.length < MAX_HEAD_BYTES) continue;
    yield head.subarray(start ?? 0);
    head = undefined;
  }
  if (head && head.length > 0) yield head.subarray(dataSetStart(Buffer.concat([head, END])) ?? 0);
}

/** Looks like an element of another group, so that what ends with the file meta information ends for certain. */
const END = Buffer.of(8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const LONG_LENGTH = /^(OB|OW|OF|OD|OL|OV|SQ|UC|UN|UR|UT|SV|UV)$/;

/** Undefined: more bytes are needed. The stated group length is not trusted. */
function dataSetStart(bytes: Buffer): number | undefined {
  if (bytes.length < PREAMBLE_BYTES + 4) return undefined;
  const hasPreamble = bytes.toString('latin1', PREAMBLE_BYTES, PREAMBLE_BYTES + 4) === 'DICM';
  let at = hasPreamble ? PREAMBLE_BYTES + 4 : bytes.toString('latin1', 0, 4) === 'DICM' ? 4 : 0;
  for (;;) {
    if (bytes.length - at < 12) return undefined;
    if (bytes.readUInt16LE(at) !== 2) return at;
    const vr = bytes.toString('latin1', at + 4, at + 6);
    if (LONG_LENGTH.test(vr)) at += 12 + bytes.readUInt32LE(at + 8);
    // Without a VR: some programs write their file meta information in implicit VR.
    else at += 8 + (/^[A-Z]{2}$/.test(vr) ? bytes.readUInt16LE(at + 6) : bytes.readUInt32LE(at + 4));
  }
}
