import { Problem, toProblemDocument } from '@sightline/contract';
import type { HttpRequest, HttpResponse } from '@sightline/dicomweb';
import { problemPage } from '../pages/problem-page.ts';
import { isDiskFull } from '../storage/gateway-database.ts';

/**
 * The one place where an error becomes an answer: a page for a person in a browser, RFC 9457 JSON for a program, with
 * the same sentence. Anything unforeseen says nothing but "internal".
 */
export function toResponse(
  error: unknown,
  request: Pick<HttpRequest, 'headers'> & { readonly id: string },
): HttpResponse {
  const problem = asProblem(error);
  const headers = { ...problem.headers, 'x-request-id': request.id, vary: 'accept' };
  if (wantsPage(request.headers['accept'])) {
    const page = problemPage(problem, request.id);
    return { ...page, headers: { ...page.headers, ...headers }, problem: problem.code };
  }
  return {
    status: problem.status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: JSON.stringify(toProblemDocument(problem)),
    problem: problem.code,
  };
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(isDiskFull(error) ? 'storage_full' : 'internal', { cause: error });
}

/** Browsers name text/html when a person goes somewhere; programs and fetch() do not. */
function wantsPage(accept: string | undefined): boolean {
  return accept !== undefined && /\btext\/html\b/i.test(accept);
}
