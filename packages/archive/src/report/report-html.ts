import type { Report, ReportItem } from './report.ts';
import { visible } from './visible.ts';

/** The one style that the policy of the page allows. No colours of severity: a report says what its author said. */
export const REPORT_STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}' +
  'h1{font-size:1.5rem}h2{font-size:1.15rem;margin:1.5rem 0 .25rem}dl.head{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem}' +
  'dt{color:#555}dd{margin:0}p,dd,li span{white-space:pre-wrap;overflow-wrap:anywhere}ul{padding-left:1.25rem}' +
  'b{font-weight:600}i{color:#555}strong{display:block;border:2px solid #111;padding:.25rem .5rem;margin:.5rem 0}';

/** Of REPORT_STYLE; a test holds it equal. */
export const REPORT_STYLE_SHA256 = 'NdrGpih59EFCS0QVsA32rOe98glSW97FzAREvDTQ31w=';

/** Runs nothing, loads nothing, is framed by nobody, and has an origin of its own. */
export const reportPolicy = `default-src 'none'; style-src 'sha256-${REPORT_STYLE_SHA256}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox`;

/** HTML5, UTF-8. Whatever comes from the file is text, escaped in one place. */
export function reportHtml({ title, notices, header, items }: Report): string {
  const fields = header.map(({ label, value }) => `<dt>${escape(label)}</dt><dd>${escape(value)}</dd>`);
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>`,
    `<style>${REPORT_STYLE}</style></head><body><h1>${escape(title)}</h1>`,
    ...notices.map((notice) => `<strong>${escape(notice)}</strong>`),
    `<dl class="head">${fields.join('')}</dl>`,
    ...items.map(section),
    '</body></html>',
  ].join('\n');
}

/** The parts of a report are its sections; what is in them are lists in lists. */
function section(item: ReportItem): string {
  if (item.values.length > 0) return `<ul>${listItem(item)}</ul>`;
  return `<h2>${named(item)}</h2>${list(item.items)}`;
}

const list = (items: readonly ReportItem[]): string =>
  items.length === 0 ? '' : `<ul>${items.map(listItem).join('')}</ul>`;

function listItem(item: ReportItem): string {
  const values = item.values.map((value) => `<span>${escape(value)}</span>`).join('<br>');
  const name = named(item);
  const label = name === '' ? '' : `<b>${name}${values === '' ? '' : ':'}</b> `;
  return `<li>${label}${values}${list(item.items)}</li>`;
}

const named = ({ label, relation }: ReportItem): string =>
  [relation === undefined ? '' : `<i>${escape(relation)}</i>`, escape(label)]
    .filter((part) => part !== '')
    .join(' ');

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string =>
  visible(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
