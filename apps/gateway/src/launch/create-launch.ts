import { dnViewerLink, type LaunchRequest, studiesOf } from '@sightline/launch';
import type { TicketStore } from '../tickets/ticket-store.ts';

/** The answer of POST /api/launches: one ticket, and every way to open it. Any of them spends it. */
export interface CreatedLaunch {
  readonly ticket: string;
  /** Opens the Sightline viewer in a browser. */
  readonly viewerUrl: string;
  /** The DN Viewer manifest; absent for several studies, because a manifest carries exactly one. */
  readonly manifestUrl?: string;
  readonly links: { readonly dnviewer?: string };
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

/** `baseUrl`: origin under which the person's browser and workstation reach us, without trailing slash. */
export function createLaunch(launch: LaunchRequest, tickets: TicketStore, baseUrl: string): CreatedLaunch {
  const { ticket, expiresAt } = tickets.mint(launch);
  const manifestUrl = `${baseUrl}/launch/${ticket}`;
  const oneStudy = studiesOf(launch).length === 1;
  return {
    ticket,
    viewerUrl: `${baseUrl}/view?ticket=${ticket}`,
    ...(oneStudy && { manifestUrl }),
    links: oneStudy ? { dnviewer: dnViewerLink(manifestUrl) } : {},
    expiresAt: expiresAt.toISOString(),
  };
}
