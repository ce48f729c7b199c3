import { DicomError } from '../../dicom-error.ts';

/** One component of a frame, ITU-T T.81 B.2.2. */
export interface JpegComponent {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
  readonly quantisation: number;
}

/** The frame header and what stands before it about colour. */
export interface JpegHeader {
  /** Low byte of the SOF marker: 0 baseline, 1 extended, 2 progressive, 3 lossless. */
  readonly process: number;
  readonly precision: number;
  readonly rows: number;
  readonly columns: number;
  readonly components: readonly JpegComponent[];
  readonly isJfif: boolean;
  /** The transform byte of an Adobe APP14 segment: 0 none, 1 YCbCr. */
  readonly adobeTransform?: number;
}

/** A marker segment: its code (low byte) and the payload after its length field. `next` is where it ends. */
export interface JpegSegment {
  readonly code: number;
  readonly payload: Uint8Array;
  readonly next: number;
}

export const Marker = { DHT: 0xc4, DQT: 0xdb, DRI: 0xdd, SOS: 0xda, EOI: 0xd9, SOI: 0xd8 } as const;

/**
 * Reads the header of a JPEG stream without decoding anything.
 * @throws DicomError decode_failed where there is none
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  let isJfif = false;
  let adobeTransform: number | undefined;
  for (const { code, payload } of segments(bytes)) {
    if (code === 0xe0 && startsWith(payload, 'JFIF')) isJfif = true;
    if (code === 0xee && startsWith(payload, 'Adobe')) adobeTransform = payload[11];
    if (isFrameHeader(code)) {
      return {
        ...readFrameHeader(code, payload),
        isJfif,
        ...(adobeTransform !== undefined && { adobeTransform }),
      };
    }
  }
  return fail();
}

/** All marker segments up to and including each SOS; the caller continues behind the entropy-coded data itself. */
export function* segments(bytes: Uint8Array, start = 0): Generator<JpegSegment> {
  let at = start;
  for (;;) {
    const code = markerAt(bytes, at);
    if (code === undefined) return;
    at = code.next;
    if (code.value === Marker.EOI) return;
    // Markers without a segment: SOI, TEM and stray restart markers.
    if (code.value === Marker.SOI || code.value === 0x01 || (code.value >= 0xd0 && code.value <= 0xd7))
      continue;
    const length = word(bytes, at);
    if (length < 2 || at + length > bytes.length) return fail();
    const segment = { code: code.value, payload: bytes.subarray(at + 2, at + length), next: at + length };
    yield segment;
    at = segment.next;
    if (code.value === Marker.SOS) at = skipEntropyCoded(bytes, at);
  }
}

/** Where the next marker that is neither a restart nor a stuffed 0xFF begins. */
export function skipEntropyCoded(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at + 1 < bytes.length) {
    const following = bytes[at + 1] ?? 0;
    if (bytes[at] === 0xff && following !== 0 && following !== 0xff && (following & 0xf8) !== 0xd0) return at;
    at++;
  }
  return bytes.length;
}

export function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
function isFrameHeader(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

function readFrameHeader(code: number, payload: Uint8Array): Omit<JpegHeader, 'isJfif' | 'adobeTransform'> {
  const count = payload[5] ?? 0;
  if (payload.length < 6 + count * 3 || count < 1 || count > 4) return fail();
  const components = Array.from({ length: count }, (_, i) => {
    const [id = 0, factors = 0, quantisation = 0] = payload.subarray(6 + i * 3, 9 + i * 3);
    return { id, horizontal: factors >> 4, vertical: factors & 15, quantisation };
  });
  if (components.some(({ horizontal: h, vertical: v }) => h < 1 || h > 4 || v < 1 || v > 4)) return fail();
  return {
    process: code & 0x0f,
    precision: payload[0] ?? 0,
    rows: word(payload, 1),
    columns: word(payload, 3),
    components,
  };
}

/** Tolerates fill bytes before a marker, T.81 B.1.1.2. Undefined at the end of the stream. */
function markerAt(bytes: Uint8Array, start: number): { value: number; next: number } | undefined {
  let at = start;
  if (at >= bytes.length) return undefined;
  if (bytes[at] !== 0xff) return fail();
  while (bytes[at] === 0xff) at++;
  const value = bytes[at];
  return value === undefined ? undefined : { value, next: at + 1 };
}

function startsWith(payload: Uint8Array, text: string): boolean {
  return String.fromCharCode(...payload.subarray(0, text.length)) === text;
}

function fail(): never {
  throw new DicomError('decode_failed');
}
