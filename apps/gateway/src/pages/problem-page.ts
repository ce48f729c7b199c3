import { type Problem, problems } from '@sightline/contract';
import type { HttpResponse } from '@sightline/dicomweb';
import { html, page } from './page.ts';

/** What a person sees of a failure: what happened, what to do, and below it a code for whoever helps them. */
export function problemPage(problem: Problem, supportCode: string): HttpResponse {
  const { status, title, detail } = problems[problem.code];
  return page({
    status,
    title,
    body: html`<p>${detail}</p>
<p class="support">Support code <code>${supportCode}</code></p>`,
  });
}
