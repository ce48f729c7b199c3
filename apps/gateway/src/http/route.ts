import type { HttpRequest, HttpResponse } from '@sightline/dicomweb';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** What a handler of the gateway sees. On a wildcard route `path` is the part below `root`. */
export interface RouteRequest extends HttpRequest {
  /** Support code: names this request in the log and on error pages, and says nothing about it. */
  readonly id: string;
  /** Parts of the path named by {braces}, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Origin under which the caller reaches us, without trailing slash: "http://localhost:8090". */
  readonly baseUrl: string;
  /** Wildcard routes: the path above the wildcard, without trailing slash: "/s/abc/dicom-web". Else empty. */
  readonly root: string;
  /** Network address of the caller, or of the proxy before us. */
  readonly address: string | undefined;
}

/** One address. Handlers are plain functions; a foreseen failure is a thrown Problem. */
export interface Route {
  /** "/view", "/s/{session}/" or, to serve everything below, "/dicom-web/*". This is also what the log shows. */
  readonly path: string;
  /** HEAD comes with GET by itself. `any`: the handler answers for every method. */
  readonly methods: readonly Method[] | 'any';
  /** Asked for hundreds of times a second: its successes are logged at level debug only. */
  readonly busy?: boolean;
  readonly handle: (request: RouteRequest) => HttpResponse | Promise<HttpResponse>;
}
