import type { DicomDataset, Uid } from '@sightline/dicom';

/**
 * What the page of a session carries inline, in `<script type="application/json" id="sightline-bootstrap">`, so that
 * the first image can be asked for and drawn before any other script has loaded. Written by the gateway, read by the
 * viewer; both are built from the same commit, so there is no version to negotiate.
 */
export interface Bootstrap {
  /** Version of Sightline, for the About box and error reports. */
  readonly version: string;
  readonly session: {
    readonly id: string;
    /** ISO 8601, UTC. */
    readonly expiresAt: string;
    /** Display name of the provider that launched, if it gave one. */
    readonly label?: string;
    readonly userName?: string;
  };
  /** The session's DICOMweb root, a path without trailing slash: "/s/<id>/dicom-web". */
  readonly dicomWebRoot: string;
  /** The studies this session may see, in the order in which the launch named them. */
  readonly studies: readonly BootstrapStudy[];
  /** The image to show first; absent when no study was found or none has an image. */
  readonly first?: FirstImage;
}

export interface BootstrapStudy {
  readonly studyInstanceUid: Uid;
  /** False: the launch named it but no connected archive has it. The viewer says so. */
  readonly found: boolean;
}

export interface FirstImage {
  readonly studyInstanceUid: Uid;
  readonly seriesInstanceUid: Uid;
  readonly sopInstanceUid: Uid;
  /** 1-based. */
  readonly frame: number;
  /** Rendered JPEG, small, asked for by the page at once. */
  readonly previewUrl: string;
  /** The frame uncompressed, Explicit VR Little Endian, one single-part body; `describeUncompressed` says what is in it. */
  readonly pixelsUrl: string;
  /** The instance's metadata as WADO-RS metadata gives it; enough to describe and window the frame. */
  readonly metadata: DicomDataset;
}

/** The id of the script element that carries the bootstrap; gateway and viewer both name it by this. */
export const BOOTSTRAP_ELEMENT_ID = 'sightline-bootstrap';

/**
 * The bootstrap as the data block that stands in the page's head. Text of DICOM and of the caller is inside, so no
 * "<" may survive: with it go "</script" and "<!--", the only ways out of a script element.
 */
export function bootstrapElement(bootstrap: Bootstrap): string {
  const json = JSON.stringify(bootstrap).replaceAll('<', '\\u003c');
  return `<script type="application/json" id="${BOOTSTRAP_ELEMENT_ID}">${json}</script>`;
}
