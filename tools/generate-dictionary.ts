import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Makes packages/dicom/src/dictionary.generated.ts from the table of pydicom (MIT licence), which is itself
 * generated from PS3.6 and PS3.7. To move to a newer edition of the standard:
 *
 *   pip download --no-deps pydicom && unzip pydicom-*.whl
 *   node tools/generate-dictionary.ts pydicom/_dicom_dict.py <edition>
 */
const TARGET = new URL('../packages/dicom/src/dictionary.generated.ts', import.meta.url);
const ROW =
  /^\s+(?:0x([0-9A-F]{8})|['"]([0-9A-Fx]{8})['"]): \(\s*["']([^"']*)["'],\s*["']([^"']*)["'],\s*(?:"[^"]*"|'[^']*'),\s*["'][^"']*["'],\s*["']([^"']*)["']/gm;

/** The VRs that depend on the image, in the two letters that dictionary.ts documents. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  'OB or OW': 'ox',
  'US or SS': 'xs',
  'US or OW': 'lt',
  'US or SS or OW': 'lt',
};

const [source, edition] = process.argv.slice(2);
if (source === undefined || edition === undefined) {
  console.error('usage: node tools/generate-dictionary.ts <path to _dicom_dict.py> <edition>');
  process.exit(2);
}
const rows: string[] = [];
for (const [, tag, mask, vr = '', vm = '', keyword = ''] of readFileSync(source, 'utf8').matchAll(ROW)) {
  const letters = AMBIGUOUS[vr] ?? vr;
  // Items and delimiters have no VR, and are no attributes.
  if (letters.length === 2) rows.push(`${tag ?? mask}${letters}${vm} ${keyword}`);
}
rows.sort();
const head = `/** PS3.6 and PS3.7, edition ${edition}, by tools/generate-dictionary.ts. Read it through dictionary.ts. */\n`;
writeFileSync(TARGET, `${head}export const dictionaryText = \`\\\n${rows.join('\n')}\`;\n`);
console.log(`${rows.length} attributes`);
