import type { Archive } from '@sightline/archive';
import type { ApiKey } from './http/api-key.ts';
import type { SessionStore } from './sessions/session-store.ts';
import type { TicketStore } from './tickets/ticket-store.ts';
import type { ViewerBuild } from './viewer/viewer-build.ts';

/** What the route modules work with. Made once in commands/serve.ts, or by a test. */
export interface GatewayParts {
  readonly archive: Archive;
  readonly tickets: TicketStore;
  readonly sessions: SessionStore;
  readonly viewer: ViewerBuild;
  readonly apiKey: ApiKey;
  /** True: the demo portal is served at /demo and is the start page. */
  readonly demo: boolean;
  readonly version: string;
}
