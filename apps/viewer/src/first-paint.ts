/**
 * Inlined into the page: brings the first image to the screen before any other script is asked for. It draws with the
 * application's own painter, so that nothing changes by a pixel when the application takes over.
 */
import {
  describeImage,
  describeUncompressed,
  frameTransform,
  isGrey,
  type DicomDataset,
  type ImageDescription,
} from '@sightline/dicom';
import { decodeNative } from '@sightline/dicom/decode';
import type { Bootstrap, FirstImage } from '@sightline/contract';
import { decodedFrame, nativeGrey } from './decode/decoded-frame.ts';
import { drawable, initialVoi, type LoadedFrame } from './frames/loaded-frame.ts';
import type { Handoff } from './handoff.ts';
import { overlayMessages } from './messages/index.ts';
import { readBootstrap } from './session/bootstrap.ts';
import { readInstance, type StackImage } from './studies/instance.ts';
import { afterPaint, deviceSize, markOnce } from './viewport/after-paint.ts';
import { imageSizeOf } from './viewport/image-geometry.ts';
import {
  overlayText,
  patientFacts,
  patientIdentifier,
  patientName,
  type OverlayText,
} from './viewport/overlay-text.ts';
import { unsupportedObject } from './studies/unsupported-object.ts';
import { readPatient } from './studies/patient.ts';
import { rasterize } from './viewport/rasterize.ts';
import { sampling } from './viewport/sampling.ts';
import { labelRegion } from './viewport/surface.ts';
import { INITIAL_VIEW, placeImage } from './viewport/view.ts';

interface Shell {
  readonly region: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly preview: HTMLImageElement;
}

async function firstPaint(first: FirstImage, shell: Shell): Promise<LoadedFrame | undefined> {
  const instance = readInstance(first.metadata);
  if (!instance || unsupportedObject(instance)) return undefined;
  const image: StackImage = { instance, frame: first.frame };
  const description = describeImage(first.metadata);
  const uncompressed = describeUncompressed(first.metadata, first.frame);
  if (!uncompressed) {
    // The application asks for it as it is stored.
    showPreview(shell, { image, description }, first.previewUrl);
    return undefined;
  }
  const pixels = fetch(first.pixelsUrl, { credentials: 'include' });
  showPreview(shell, { image, description }, first.previewUrl);
  const response = await pixels;
  const isPixels = response.headers.get('content-type')?.startsWith('application/octet-stream');
  if (!response.ok || !isPixels) return undefined;
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!isFrameOf(uncompressed, bytes.length)) return undefined;
  const decoded =
    nativeGrey(bytes, uncompressed) ??
    decodedFrame(decodeNative(bytes, uncompressed), uncompressed, undefined);
  const frame: LoadedFrame = {
    image,
    description,
    transform: isGrey(description) ? frameTransform(first.metadata, first.frame) : undefined,
    decoded,
  };
  paint(shell, frame);
  return frame;
}

/** Exactly one frame, with or without the byte that makes a length even: anything else is not this image. */
function isFrameOf(
  { rows, columns, samplesPerPixel, bitsAllocated }: ImageDescription,
  length: number,
): boolean {
  const wanted = Math.ceil((rows * columns * samplesPerPixel * bitsAllocated) / 8);
  return length === wanted || length === wanted + 1;
}

type Described = Pick<LoadedFrame, 'image' | 'description'>;

function place(region: HTMLElement, frame: Described) {
  const size = deviceSize(region);
  const image = imageSizeOf(frame);
  const placement = placeImage(image, size, INITIAL_VIEW);
  return { size, placement, samples: sampling(placement, image, size) };
}

/** The rendered preview, exactly where the image will be, and marked as what it is. */
function showPreview({ region, preview }: Shell, frame: Described, url: string): void {
  preview.addEventListener('load', () => {
    if (region.dataset['state'] === 'ready') return;
    const { placement } = place(region, frame);
    const css = (pixels: number) => `${pixels / devicePixelRatio}px`;
    Object.assign(preview.style, {
      left: css(placement.x),
      top: css(placement.y),
      width: css(placement.width),
      height: css(placement.height),
    });
    preview.hidden = false;
    labelRegion(region, { state: 'preview', image: frame.image });
    writeOverlay(region, describe(region, frame, undefined));
    afterPaint(() => markOnce('sightline:preview'));
  });
  preview.src = url;
}

function describe(region: HTMLElement, frame: Described, voi: ReturnType<typeof initialVoi>): OverlayText {
  const { placement, size } = place(region, frame);
  return overlayText({ image: frame.image, place: undefined, voi, placement, viewportWidth: size.width });
}

function paint({ region, canvas, preview }: Shell, frame: LoadedFrame): void {
  const { size, samples } = place(region, frame);
  const voi = initialVoi(frame);
  const rgba = rasterize({ ...size, ...drawable(frame, voi, false), sampling: samples });
  canvas.width = size.width;
  canvas.height = size.height;
  // Kept in memory: it is written once, and setting up a GPU context for it would take longer than the picture.
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  context?.putImageData(new ImageData(rgba, size.width, size.height), 0, 0);
  preview.hidden = true;
  labelRegion(region, { state: 'ready', image: frame.image });
  writeOverlay(region, describe(region, frame, voi));
}

function writeOverlay(region: HTMLElement, text: OverlayText): void {
  const lines = (selector: string, texts: readonly string[]): void =>
    region.querySelector(selector)?.replaceChildren(...texts.map((line) => box('', line)));
  lines('.identity', text.identity);
  lines('.study', text.study);
  lines('.foot', [...text.stack, ...text.display]);
  for (const side of ['top', 'right', 'bottom', 'left'] as const) {
    region.querySelector(`.letter.${side}`)?.replaceChildren(text.letters?.[side] ?? '');
  }
  const preview = box('badge warn preview-badge', overlayMessages.preview);
  const badges = text.badges.map((badge) => box('badge', badge));
  region.querySelector('.signs')?.replaceChildren(preview, ...badges, ...scaleBar(text));
}

function scaleBar({ scale, scaleLabel }: OverlayText): readonly Node[] {
  if (!scale) return [];
  const bar = box('bar', '', 'span');
  bar.style.width = `${scale.length / devicePixelRatio}px`;
  const whole = box('scale', '');
  whole.append(box('', scaleLabel, 'span'), bar);
  return [whole];
}

function box(className: string, text: string, tag: 'div' | 'span' = 'div'): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** The patient in the top bar, as the application will write it. */
function writePatient(dataset: DicomDataset): void {
  const patient = readPatient(dataset);
  const line = document.querySelector('#shell .patient');
  const [name, facts, identifier] = line?.children ?? [];
  name?.replaceChildren(patientName(patient));
  facts?.replaceChildren(patientFacts(patient));
  identifier?.replaceChildren(patientIdentifier(patient));
}

function loadApplication(handoff: Handoff): void {
  window.sightlineHandoff = handoff;
  const script = document.createElement('script');
  script.type = 'module';
  script.src = document.querySelector<HTMLMetaElement>('meta[name=sightline-application]')?.content ?? '';
  document.head.append(script);
}

/** Asked for in the same moment as the application's scripts, so that both are there together. */
function fetchSeriesMetadata(bootstrap: Bootstrap, first: FirstImage): Promise<readonly DicomDataset[]> {
  const { studyInstanceUid, seriesInstanceUid } = first;
  const url = `${bootstrap.dicomWebRoot}/studies/${studyInstanceUid}/series/${seriesInstanceUid}/metadata`;
  const asked = fetch(url, { credentials: 'include', headers: { Accept: 'application/dicom+json' } });
  const metadata = asked.then((response) =>
    response.ok ? response.json() : Promise.reject(new Error('series metadata was refused')),
  ) as Promise<readonly DicomDataset[]>; // PS3.18 10.4.3.3: a list of data sets
  metadata.catch(() => {}); // the application meets the failure again and asks once more
  return metadata;
}

async function run(): Promise<void> {
  const bootstrap = readBootstrap(document);
  const region = document.querySelector<HTMLElement>('#shell .viewport');
  const canvas = region?.querySelector('canvas');
  const preview = region?.querySelector('img');
  const first = bootstrap?.first;
  if (!bootstrap || !first || !region || !canvas || !preview) {
    loadApplication({ frame: undefined, seriesMetadata: undefined });
    return;
  }
  writePatient(first.metadata);
  labelRegion(region, { state: 'loading', series: first.seriesInstanceUid });
  // Whatever goes wrong here is met again by the application, which says what it was.
  const frame = await firstPaint(first, { region, canvas, preview }).catch(() => undefined);
  const next = (): void => loadApplication({ frame, seriesMetadata: fetchSeriesMetadata(bootstrap, first) });
  if (!frame) {
    next();
    return;
  }
  afterPaint(() => {
    // Where the pixels are faster than the preview, this is also the first moment with something to look at.
    markOnce('sightline:preview');
    markOnce('sightline:first-image');
    next();
  });
}

void run();
