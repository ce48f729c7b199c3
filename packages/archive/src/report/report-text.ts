import type { Report, ReportItem } from './report.ts';

/** The same as plain text, UTF-8: what is in something stands to the right of it. */
export function reportText({ title, notices, header, items }: Report): string {
  const fields = header.map(({ label, value }) => `${label}: ${value}`);
  return [
    title,
    '='.repeat([...title].length),
    ...notices.map((notice) => notice.toUpperCase()),
    ...fields,
    '',
    ...items.flatMap((item) => lines(item, '')),
    '',
  ]
    .map((line) => line.replaceAll(HIDDEN, '\ufffd'))
    .join('\n');
}

/** But for the ends of lines, which the author may have set. */
const HIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

function lines({ label, values, relation, items }: ReportItem, indent: string): readonly string[] {
  const name = [relation && `(${relation})`, label].filter((part) => part).join(' ');
  const value = values.flatMap((text) => text.split(/\r\n|\r|\n/)).join(`\n${indent}  `);
  const own = [name, value].filter((part) => part !== '').join(': ');
  return [`${indent}${own}`, ...items.flatMap((item) => lines(item, `${indent}  `))];
}
