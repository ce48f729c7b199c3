import {
  defaultWindow,
  renderGrey,
  type GreyTransform,
  type ImageDescription,
  type VoiChoice,
} from '@sightline/dicom';
import type { DecodedFrame } from '../decode/decoded-frame.ts';
import type { StackImage } from '../studies/instance.ts';
import { displayTable, storedValue } from '../viewport/display-table.ts';
import type { DisplayTable, Picture } from '../viewport/picture.ts';

/**
 * Why an image is not there: `damaged` and `unsupported` cannot be decoded, `undescribed` lacks attributes, `video` needs a player, `empty` has no pixel
 * data, `decoder` says nothing about the image: the decoder stopped or could not be fetched. The rest are answers of the archive.
 */
export type FrameFailure =
  | 'damaged'
  | 'undescribed'
  | 'unsupported'
  | 'video'
  | 'empty'
  | 'decoder'
  | 'missing'
  | 'refused'
  | 'failed'
  | 'unreachable';

/** Everything needed to draw one image, kept together so that pixels and identity cannot come from two images. */
export interface LoadedFrame {
  readonly image: StackImage;
  readonly description: ImageDescription;
  /** Present for grey images. */
  readonly transform: GreyTransform | undefined;
  readonly decoded: DecodedFrame;
}

/** The window an image opens with: the file's first, else the range of its pixels. Undefined for colour. */
export function initialVoi({ decoded, description, transform }: LoadedFrame): VoiChoice | undefined {
  if (!transform) return undefined;
  const [first] = transform.voi;
  if (first) return first;
  return defaultWindow(storedValues(decoded, description), description, transform);
}

function storedValues(decoded: DecodedFrame, description: ImageDescription) {
  if (decoded.kind === 'wide') return decoded.pixels.data;
  if (decoded.kind === 'color') return new Uint8Array();
  const { bits } = decoded;
  const stored = storedValue(description);
  const values = description.pixelRepresentation === 0 ? new Uint16Array(bits) : new Int16Array(bits);
  return values.map(stored);
}

export interface Drawable {
  readonly picture: Picture;
  readonly table: DisplayTable | undefined;
  /** Inversion that the table does not already hold: colour only. */
  readonly invert: boolean;
}

/** What the renderer draws for a frame under a window. Inverting grey leaves padding black (PS3.3 C.7.5.1.1.2). */
export function drawable(frame: LoadedFrame, voi: VoiChoice | undefined, invert: boolean): Drawable {
  const { decoded, description, transform } = frame;
  if (decoded.kind === 'color' || !transform || !voi) {
    if (decoded.kind === 'wide') throw new TypeError('grey values need a window');
    return { picture: decoded, table: undefined, invert };
  }
  const shown = invert ? inverse(transform) : transform;
  if (decoded.kind === 'stored') {
    return { picture: decoded, table: displayTable(description, shown, voi), invert: false };
  }
  const { columns, rows, data } = renderGrey(decoded.pixels, description, shown, voi);
  return { picture: { kind: 'stored', columns, rows, bits: data }, table: IDENTITY, invert: false };
}

const IDENTITY = Uint8Array.from({ length: 256 }, (_, value) => value);

/** One object for each transform, so that the table of an inverted image is found again. */
const inverses = new WeakMap<GreyTransform, GreyTransform>();

function inverse(transform: GreyTransform): GreyTransform {
  const known = inverses.get(transform);
  if (known) return known;
  const { presentation } = transform;
  const made: GreyTransform = { ...transform, presentation: inversePresentation(presentation) };
  inverses.set(transform, made);
  return made;
}

function inversePresentation(presentation: GreyTransform['presentation']): GreyTransform['presentation'] {
  if (presentation === 'IDENTITY') return 'INVERSE';
  if (presentation === 'INVERSE') return 'IDENTITY';
  const most = 2 ** presentation.bits - 1;
  return { ...presentation, entries: presentation.entries.map((entry) => most - entry) };
}
