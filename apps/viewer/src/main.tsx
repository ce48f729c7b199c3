import '@fontsource-variable/inter/wght.css';
import './ui/styles.css';
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';
import { createDecodePool } from './decode/decode-pool.ts';
import { nativeGrey } from './decode/decoded-frame.ts';
import { createFrameLoader, type FrameLoader, type FrameLoaderParts } from './frames/frame-loader.ts';
import { messages } from './messages/index.ts';
import { createArchiveClient } from './session/archive-client.ts';
import { readBootstrap } from './session/bootstrap.ts';
import { createConnectionWatch, type ConnectionWatch } from './session/connection.ts';
import type { RequestWorld } from './session/request.ts';
import { createStudyList } from './studies/study-list.ts';
import { App } from './ui/app.tsx';
import { createViewer, type Viewer } from './viewer.ts';
import { afterPaint, markOnce } from './viewport/after-paint.ts';

const GIGABYTE = 2 ** 30;

function start(): void {
  const bootstrap = readBootstrap(document);
  const root = document.getElementById('application');
  const shell = document.getElementById('shell');
  if (!root || !shell) return;
  if (!bootstrap) {
    shell.querySelector('.notice-text')?.replaceChildren(messages.noBootstrap);
    return;
  }
  const handoff = window.sightlineHandoff;
  const archive = createArchiveClient(bootstrap.dicomWebRoot, browserWorld);
  const connection = createConnectionWatch(browserClock);
  const loader = createFrameLoader({
    archive,
    connection,
    decode: createDecoder(),
    memoryBytes: memoryBudget(),
  });
  const { first } = bootstrap;
  const early = first && handoff?.seriesMetadata;
  const studies = createStudyList(bootstrap.studies, {
    archive,
    connection,
    ...(early && { early: { seriesInstanceUid: first.seriesInstanceUid, metadata: early } }),
  });
  const viewer = createViewer({ bootstrap, loader, studies, connection, firstFrame: handoff?.frame });
  setMarks(viewer, loader);
  // The application paints its first viewport while it is put in place, so that the shell can go in the same moment.
  flushSync(() =>
    createRoot(root).render(
      <App
        viewer={viewer}
        thumbnailUrl={({ studyInstanceUid, seriesInstanceUid }, instance) =>
          archive.thumbnailUrl(studyInstanceUid, seriesInstanceUid, instance)
        }
      />,
    ),
  );
  replaceShell(viewer, shell, root);
  loadStudies(viewer, connection);
}

/**
 * Takes the first screen away. At once, unless it shows a preview that the application has nothing to put in place of yet:
 * then as soon as it has an image, or a sentence that says why not.
 */
function replaceShell(viewer: Viewer, shell: HTMLElement, root: HTMLElement): void {
  const isPreview = shell.querySelector('[data-state=preview]') !== null;
  const [viewport] = viewer.viewports;
  const isSettled = (): boolean => {
    const state = viewport?.state.get();
    return !state || !isPreview || Boolean(state.shown ?? state.failure) || state.content.kind === 'message';
  };
  if (isSettled()) {
    shell.remove();
    return;
  }
  root.classList.add('waiting');
  const stop = viewport?.state.subscribe(() => {
    if (!isSettled()) return;
    stop?.();
    root.classList.remove('waiting');
    shell.remove();
  });
}

/** Searches, and searches again for what failed whenever the archive may be back. */
function loadStudies({ studies, viewports }: Viewer, connection: ConnectionWatch): void {
  void studies.load().then(() => {
    // A stack that is loading goes first; what else there is, is read once it is complete.
    if (viewports[0]?.state.get().content.kind !== 'stack') void studies.readAll();
  });
  connection.onRetry(() => void studies.load());
}

/** Decodes in workers, but for uncompressed grey, which needs no decoding. */
function createDecoder(): FrameLoaderParts['decode'] {
  const workers = Math.min(4, Math.max(1, navigator.hardwareConcurrency - 1));
  const pool = createDecodePool(
    workers,
    () => new Worker(new URL('./decode/decode-worker.ts', import.meta.url), { type: 'module' }),
  );
  return async (job, signal) => {
    const { bytes, description, transferSyntaxUid } = job;
    const plain = transferSyntaxUid === EXPLICIT_LITTLE_ENDIAN ? nativeGrey(bytes, description) : undefined;
    return plain ?? pool.decode(job, signal);
  };
}

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** A quarter of what the device says it has; browsers that do not say get a gigabyte. */
function memoryBudget(): number {
  const gigabytes = 'deviceMemory' in navigator ? Number(navigator.deviceMemory) : 4;
  return Math.min(2, Math.max(0.25, gigabytes / 4)) * GIGABYTE;
}

/** The time marks of DESIGN 3.6 that belong to the application; each is set when what it names is on the screen. */
function setMarks(viewer: Viewer, loader: FrameLoader): void {
  const [viewport] = viewer.viewports;
  if (!viewport) return;
  const stop = viewport.state.subscribe(() => {
    const { shown, content, progress } = viewport.state.get();
    if (content.kind !== 'stack' || !shown) return;
    afterPaint(() => markOnce('sightline:first-image'));
    const isWhole = !content.displaySet.isProvisional;
    if (isWhole && loader.frame(shown.image)) afterPaint(() => markOnce('sightline:interactive'));
    if (isWhole && progress.loaded === progress.total) {
      stop();
      afterPaint(() => markOnce('sightline:stack-complete'));
      void viewer.studies.readAll();
    }
  });
}

const browserWorld: RequestWorld = {
  fetch: (url, init) => fetch(url, init),
  random: Math.random,
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
};

const browserClock = {
  now: Date.now,
  after(milliseconds: number, callback: () => void) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

start();
