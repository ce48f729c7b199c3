import type { HttpResponse } from '@sightline/dicomweb';
import { html, page } from './page.ts';

/** The start page while there is no worklist: what this is, and the two ways to see a study. */
export function homePage(baseUrl: string): HttpResponse {
  const call = [
    `curl -X POST ${baseUrl}/api/launches \\`,
    '  -H "Authorization: Bearer $SIGHTLINE_API_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '{"selections":[{"target":{"kind":"studies","studyInstanceUids":["1.2.3"]}}]}'`,
  ].join('\n');
  return page({
    status: 200,
    title: 'The gateway is running',
    body: html`<p>Sightline takes a click in a portal, report or record system to the images behind it.
Studies are not listed here: a portal asks for a launch, and a person opens the link it gets back.</p>
<h2>Add studies</h2>
<pre><code>npx sightline import /path/to/dicom</code></pre>
<h2>Open one</h2>
<pre><code>${call}</code></pre>
<p>The answer holds <code>viewerUrl</code>; it opens once, and only for a short time. The key is the one in
<code>SIGHTLINE_API_KEY</code>, or in the file <code>api-key</code> of the data folder.</p>`,
  });
}
