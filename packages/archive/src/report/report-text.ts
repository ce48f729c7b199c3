import type { Report, ReportItem } from './report.ts';
import { visible } from './visible.ts';

/** The same as plain text, UTF-8: what is in something stands to the right of it. */
export function reportText({ title, notices, header, items }: Report): string {
  const fields = header.map(({ label, value }) => `${label}: ${value}`);
  return [
    title,
    '='.repeat(Array.from(title).length),
    ...notices.map((notice) => notice.toUpperCase()),
    ...fields,
    '',
    ...items.flatMap((item) => lines(item, '')),
    '',
  ]
    .map(visible)
    .join('\n');
}

function lines({ label, values, relation, items }: ReportItem, indent: string): readonly string[] {
  const name = [relation && `(${relation})`, label].filter((part) => part).join(' ');
  const value = values.flatMap((text) => text.split(/\r\n|\r|\n/)).join(`\n${indent}  `);
  const own = [name, value].filter((part) => part !== '').join(': ');
  return [`${indent}${own}`, ...items.flatMap((item) => lines(item, `${indent}  `))];
}
