import type { HttpResponse } from '@sightline/dicomweb';
import { pagePolicy } from '../http/security-headers.ts';

/** The tokens of the design for the few pages that are not the viewer: dark, neutral, one accent. */
const STYLE = `
:root { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #0b0b0c; color: #ececee;
  font: 14px/1.5 "Inter Variable", Inter, system-ui, sans-serif; font-variant-numeric: tabular-nums; }
main { width: min(36rem, 100vw - 32px); margin: 24px 16px; padding: 24px; background: #141416;
  border: 1px solid #2c2c30; border-radius: 6px; }
.brand { margin: 0 0 16px; font-size: 12px; letter-spacing: 0.04em; color: #a3a3a9; }
h1 { margin: 0 0 8px; font-size: 20px; line-height: 1.3; font-weight: 600; text-wrap: balance; }
h2 { margin: 24px 0 8px; font-size: 14px; font-weight: 600; }
p { margin: 0 0 12px; }
pre { margin: 0 0 12px; padding: 12px; overflow-x: auto; background: #0b0b0c; border: 1px solid #2c2c30;
  border-radius: 3px; font-size: 12px; line-height: 1.5; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.support { margin: 24px 0 0; padding-top: 12px; border-top: 1px solid #2c2c30; font-size: 12px; color: #a3a3a9; }
.support code { user-select: all; color: #ececee; }
:focus-visible { outline: 2px solid #e0a93b; outline-offset: 2px; }
`;

const POLICY = pagePolicy({ styles: [STYLE] });

/** A piece of HTML that is safe to put into a page as it is. */
export interface Html {
  readonly html: string;
}

/** Template for HTML: every value is escaped unless it is Html itself, or a list of Html. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  const parts = values.map((value, i) => `${textOf(value)}${strings[i + 1] ?? ''}`);
  return { html: `${strings[0] ?? ''}${parts.join('')}` };
}

/** A plain dark page with one panel. */
export function page(options: {
  readonly status: number;
  readonly title: string;
  readonly body: Html;
}): HttpResponse {
  const { status, title, body } = options;
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title} - Sightline</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<p class="brand">Sightline</p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
    body: document.html,
  };
}

function textOf(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return escape(value);
  return 'html' in value ? value.html : value.map((item) => item.html).join('');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
