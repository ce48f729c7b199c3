import type { Uid } from '@sightline/dicom';

/** What DN Viewer's manifest endpoint answers (seed 000; specs/dn-viewer.md D13). It carries exactly one study. */
export interface DnManifest {
  readonly type: 'dicomweb-study';
  readonly baseUrl: string;
  readonly studyUid: Uid;
  readonly provider?: string;
  readonly replaceWorkspace: boolean;
  readonly firstParty: boolean;
  readonly auth: { readonly type: 'bearer'; readonly token: string };
}

/**
 * The manifest for one study of our own DICOMweb service.
 * `baseUrl` is an absolute service root without "/studies"; `token` is the bearer token of the session behind it.
 */
export function buildDnManifest(options: {
  readonly baseUrl: string;
  readonly studyUid: Uid;
  readonly token: string;
  readonly provider?: string;
  readonly replaceWorkspace?: boolean;
}): DnManifest {
  const { baseUrl, studyUid, token, provider, replaceWorkspace = true } = options;
  return {
    type: 'dicomweb-study',
    baseUrl,
    studyUid,
    ...(provider !== undefined && { provider }),
    replaceWorkspace,
    // We run the server: metadata first is the fastest way to read from it.
    firstParty: true,
    auth: { type: 'bearer', token },
  };
}

/**
 * The link that opens DN Viewer on a manifest. The whole manifest URL is one encoded value, so that nothing in it can
 * become a parameter of its own; the credentials stay in the manifest (D19).
 */
export function dnViewerLink(manifestUrl: string): string {
  return `dnviewer://open?manifest=${encodeURIComponent(manifestUrl)}`;
}
