import { type Bootstrap, bootstrapElement, type FirstImage } from '@sightline/contract';
import { describeUncompressed, DicomError } from '@sightline/dicom';
import type { HttpResponse } from '@sightline/dicomweb';
import type { Route, RouteRequest } from '../http/route.ts';
import { html } from '../pages/page.ts';
import type { GatewayParts } from '../parts.ts';
import { requireSession } from './session-access.ts';
import type { Session } from './session-store.ts';

/** What a session can reach: its page and its own DICOMweb root. */
export function sessionRoutes(parts: GatewayParts): readonly Route[] {
  return [
    { path: '/s/{session}/', methods: ['GET'], handle: (request) => getPage(parts, request) },
    {
      path: '/s/{session}/dicom-web/*',
      methods: 'any',
      busy: true,
      handle: async (request) => {
        const { scope } = requireSession(request, parts.sessions);
        const root = `${request.baseUrl}${request.root}`;
        return unkept(await parts.archive.handle(request, { root, studies: scope, canStore: false }));
      },
    },
    {
      path: '/s/{session}/wado',
      methods: ['GET'],
      busy: true,
      handle: async (request) => {
        const { id, scope } = requireSession(request, parts.sessions);
        const root = `${request.baseUrl}/s/${id}/dicom-web`;
        return unkept(await parts.archive.retrieveByUri(request, { root, studies: scope, canStore: false }));
      },
    },
  ];
}

/** A session is a person's, in a browser: nothing of a patient stays on that computer's disk. */
const unkept = (response: HttpResponse): HttpResponse => ({
  ...response,
  headers: { ...response.headers, 'cache-control': 'no-store' },
});

/** The viewer's page: the bootstrap inline, and the first image asked for before any script has run. */
async function getPage(parts: GatewayParts, request: RouteRequest): Promise<HttpResponse> {
  const session = requireSession(request, parts.sessions);
  const bootstrap = await createBootstrap(parts, session);
  const head = `${preloads(bootstrap.first)}${bootstrapElement(bootstrap)}`;
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': parts.viewer.policy,
    },
    body: parts.viewer.page(head),
  };
}

async function createBootstrap({ archive, version }: GatewayParts, session: Session): Promise<Bootstrap> {
  const { id, launch, expiresAt } = session;
  const dicomWebRoot = `/s/${id}/dicom-web`;
  const studies = await Promise.all(
    session.studies.map(async (studyInstanceUid) => ({
      studyInstanceUid,
      found: await archive.hasStudy(studyInstanceUid),
    })),
  );
  const first = await findFirst(archive, dicomWebRoot, studies);
  return {
    version,
    session: {
      id,
      expiresAt: expiresAt.toISOString(),
      ...(launch.label !== undefined && { label: launch.label }),
      ...(launch.user !== undefined && { userName: launch.user.name }),
    },
    dicomWebRoot,
    studies,
    ...(first !== undefined && { first }),
  };
}

const INLINE_METADATA_CHARACTERS = 512 * 1024;

/** The first image of the first study that has one, where its metadata is small enough to stand in the page. */
async function findFirst(
  archive: GatewayParts['archive'],
  dicomWebRoot: string,
  studies: Bootstrap['studies'],
): Promise<FirstImage | undefined> {
  for (const { studyInstanceUid, found } of studies) {
    const image = found ? await archive.firstImage(studyInstanceUid) : undefined;
    if (image === undefined) continue;
    // A slide or a long enhanced series would make the page heavier than the image: the viewer asks for those itself.
    if (JSON.stringify(image.metadata).length > INLINE_METADATA_CHARACTERS) return undefined;
    const instance = `${dicomWebRoot}/studies/${studyInstanceUid}/series/${image.seriesInstanceUid}/instances/${image.sopInstanceUid}`;
    return {
      ...image,
      previewUrl: `${instance}/frames/${image.frame}/rendered?quality=60&viewport=512,512`,
      pixelsUrl: `${instance}/frames/${image.frame}?accept=${encodeURIComponent('application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1')}`,
    };
  }
  return undefined;
}

/**
 * Asks for the preview and, where the page itself will draw them, the pixels of the first image while the page is still
 * being read. `use-credentials` gives the preload the same mode and credentials as the viewer's fetch; otherwise the
 * browser would fetch twice.
 */
function preloads(first: FirstImage | undefined): string {
  if (first === undefined) return '';
  const { previewUrl, pixelsUrl } = first;
  const preview = html`<link rel="preload" as="image" href="${previewUrl}" fetchpriority="high">`;
  if (!isDrawnByPage(first)) return preview.html;
  return html`${preview}<link rel="preload" as="fetch" href="${pixelsUrl}" crossorigin="use-credentials" fetchpriority="high">`
    .html;
}

function isDrawnByPage({ metadata, frame }: FirstImage): boolean {
  try {
    return describeUncompressed(metadata, frame) !== undefined;
  } catch (error) {
    // Not an image that anybody can draw; the viewer says so.
    if (error instanceof DicomError) return false;
    throw error;
  }
}
