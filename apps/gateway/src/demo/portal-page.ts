import type { HttpResponse } from '@sightline/dicomweb';
import { type Html, html } from '../pages/page.ts';
import { codeSamples } from './code-samples.ts';
import type { StudyRow } from './study-row.ts';

/**
 * Nothing inline. A form may end in the custom scheme of a desktop viewer: browsers hold redirects of a form to this
 * list too.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'self' dnviewer:",
  "frame-ancestors 'none'",
].join('; ');

export interface PortalPage {
  readonly baseUrl: string;
  readonly studies: readonly StudyRow[];
  /** True: the archive holds more studies than are listed. */
  readonly isCut: boolean;
}

/** The demo portal: what a hospital's own portal would show, with launch buttons that work. */
export function portalPage(portal: PortalPage): HttpResponse {
  const { studies } = portal;
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Imaging results - Northbridge Hospital (demo)</title>
<link rel="stylesheet" href="/demo/portal.css">
<script src="/demo/portal.js" defer></script>
</head>
<body>
<a class="skip" href="#results">Skip to results</a>
<header>
<div class="bar">
<p class="hospital">Northbridge Hospital</p>
<p class="place">Results portal <span class="tag">Demo</span></p>
</div>
</header>
<main id="results">
<h1>Imaging results</h1>
<p class="lead">This page plays the part of your own portal. Each button asks the gateway for a launch, as
<code>POST /api/launches</code> does, and sends you on to it. A launch opens once and only for a short time.</p>
${studies.length === 0 ? emptyState() : studyTable(portal)}
</main>
<footer><p>Part of Sightline, for trying it out. The studies that came with it are computed, of invented patients.
Turn this page off with <code>SIGHTLINE_DEMO=off</code>.</p></footer>
</body>
</html>
`;
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      // With the default, no-referrer, a browser would not say in Origin that our own forms come from here.
      'referrer-policy': 'same-origin',
    },
    body: document.html,
  };
}

function emptyState(): Html {
  return html`<section class="empty">
<h2>No studies yet</h2>
<p>If the gateway has just been started for the first time, its demo studies are still being made: reload this page
in a moment. To add studies of your own:</p>
<pre><code>npx sightline import /path/to/dicom</code></pre>
</section>`;
}

function studyTable({ studies, isCut, baseUrl }: PortalPage): Html {
  const count = studies.length === 1 ? '1 study' : `${studies.length} studies`;
  return html`<table role="table">
<caption>${isCut ? `The newest ${count}` : count}</caption>
<thead role="rowgroup"><tr role="row">
<th role="columnheader" scope="col">Patient</th>
<th role="columnheader" scope="col">Born</th>
<th role="columnheader" scope="col">Study date</th>
<th role="columnheader" scope="col">Modality</th>
<th role="columnheader" scope="col">Study</th>
<th role="columnheader" scope="col" class="number">Series</th>
<th role="columnheader" scope="col" class="number">Images</th>
<th role="columnheader" scope="col">Open</th>
</tr></thead>
${studies.map((study, index) => studyRows(study, index, baseUrl))}
</table>`;
}

/** Two rows: the study, and below it what an integrator needs. */
function studyRows(study: StudyRow, index: number, baseUrl: string): Html {
  return html`<tbody role="rowgroup"><tr role="row" class="study">
<th role="rowheader" scope="row" data-label="Patient"><span class="name">${study.patientName || 'Name not known'}</span>
<span class="small">${study.patientId}</span></th>
<td role="cell" data-label="Born">${study.birthDate}</td>
<td role="cell" data-label="Study date">${study.studyDate}</td>
<td role="cell" data-label="Modality">${study.modalities}</td>
<td role="cell" data-label="Study">${study.description || 'No description'}
<span class="small">${study.accessionNumber}</span></td>
<td role="cell" data-label="Series" class="number">${study.series}</td>
<td role="cell" data-label="Images" class="number">${study.images}</td>
<td role="cell" data-label="Open" class="actions">${launchButtons(study)}</td>
</tr>
<tr role="row" class="code"><td role="cell" colspan="8">${integration(study, index, baseUrl)}</td></tr></tbody>`;
}

function launchButtons(study: StudyRow): Html {
  const { studyInstanceUid, prior } = study;
  // Read out with each button, so that a list of buttons makes sense without the table.
  const which = html`<span class="hidden">: ${study.description} of ${study.patientName}, ${study.studyDate}</span>`;
  const uid = html`<input type="hidden" name="study" value="${studyInstanceUid}">`;
  const compare = prior
    ? html`<form method="post" action="/demo/launch">${uid}<input type="hidden" name="study" value="${prior}">
<button name="open" value="viewer">Compare with prior${which}</button></form>`
    : html``;
  return html`<form method="post" action="/demo/launch">${uid}
<button class="primary" name="open" value="viewer">Open in Sightline${which}</button>
<button name="open" value="dnviewer">DN Viewer${which}</button></form>${compare}`;
}

function integration(study: StudyRow, index: number, baseUrl: string): Html {
  const samples = codeSamples(baseUrl, study.studyInstanceUid);
  return html`<details>
<summary>Code for this button<span class="hidden">: ${study.description} of ${study.patientName}, ${study.studyDate}</span></summary>
<div class="samples">
${sample(`curl-${index}`, 'curl', samples.curl)}
${sample(`javascript-${index}`, 'JavaScript', samples.javascript)}
</div>
</details>`;
}

function sample(id: string, title: string, code: string): Html {
  return html`<figure>
<figcaption><span>${title}</span><button type="button" hidden data-copy="${id}">Copy</button></figcaption>
<pre tabindex="0" aria-label="${title}"><code id="${id}">${code}</code></pre>
</figure>`;
}
