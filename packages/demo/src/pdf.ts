/**
 * A PDF of one A4 page of plain text, written by hand: catalogue, pages, page, two fonts, the text, and the table of
 * where each begins (ISO 32000-1 section 7.5). ASCII only.
 */
export function writePdf(title: string, lines: readonly string[]): Uint8Array {
  const text = [
    'BT',
    `/F2 16 Tf 56 780 Td (${escapeText(title)}) Tj`,
    '/F1 11 Tf 0 -16 Td 16 TL',
    ...lines.map((line) => `T* (${escapeText(line)}) Tj`),
    'ET',
  ].join('\n');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R /Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const table = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return new TextEncoder().encode(file);
}

function escapeText(text: string): string {
  return text.replaceAll(/[\\()]/g, '\\$&');
}
