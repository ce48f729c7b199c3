/** The little of Markdown that the conformance statement needs. */

/** A table whose columns are as wide as their widest cell, so that a change shows as a change of few lines. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, at) => (row[at] ?? '').padEnd(width)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [
    line(first),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...others.map(line),
  ].join('\n');
}

export const code = (text: string): string => `\`${text}\``;
export const codes = (list: readonly string[]): string => list.map(code).join(', ');
export const section = (title: string, ...paragraphs: readonly string[]): string =>
  [title, ...paragraphs].join('\n\n');
