import { characterSetTerms, IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '@sightline/dicom';
import { dimseConformance } from '../../apps/gateway/src/dimse/presentation-contexts.ts';
import { dicomweb } from './dicomweb.ts';
import { code, codes, section, table } from './markdown.ts';

/** CONFORMANCE.md, made from the tables by which the program works; a test holds the file equal to it. */
export const conformanceDocument = (): string =>
  `${[head, dicomweb(), dimse(), characterSets(), deviations, security].join('\n\n')}\n`;

const head = `# Conformance

What Sightline speaks, to whom it may be connected, and where it differs. Made from the tables by which the program works
(\`node tools/generate-conformance.ts\`); tests hold this page equal to those tables and ask an archive for what it says.
The structure follows PS3.2 loosely: it is for people who connect systems.

- Implementation Class UID: \`${IMPLEMENTATION_CLASS_UID}\`
- Implementation Version Name: \`${IMPLEMENTATION_VERSION_NAME}\`
- Edition: DICOM 2024e`;

function dimse(): string {
  const rows = dimseConformance().map(({ sopClass, uid, role, transferSyntaxes }) => [
    sopClass,
    code(uid),
    role,
    transferSyntaxes.length > 3
      ? `all ${transferSyntaxes.length} of the table above`
      : codes(transferSyntaxes),
  ]);
  return section(
    '## DIMSE',
    `Off unless \`SIGHTLINE_DIMSE_PORT\` is set. Peers are known by their AE titles; see \`docs/configuration.md\`. C-MOVE sends to peers that
are listed, and to nobody else.`,
    table(['SOP Class', 'UID', 'role', 'transfer syntaxes'], rows),
  );
}

function characterSets(): string {
  const { alone, extended } = characterSetTerms();
  return section(
    '## Character sets',
    `Read, alone: ${codes(alone)}.`,
    `Read, with code extensions of ISO 2022: ${codes(extended)}.`,
    `Text without a declared set, or that its set does not explain, is read as UTF-8 where it is UTF-8, else as Latin-1. Everything that
is answered is UTF-8 (\`ISO_IR 192\`). Stored files stay as they are.`,
  );
}

const deviations = `## Known deviations, and why

| where the standard | Sightline | because |
| --- | --- | --- |
| answers 406 without an \`Accept\` header (PS3.18 8.7.5) | answers the default | command line tools and old clients send none |
| has 206 for a retrieve that is partial (table 10.4.3-1) and for ranges only (8.5) | has 206 for ranges only | the two contradict each other, and a part that looks like a study is a danger |
| wants \`rows\` and \`columns\` together, and describes one alone (9.5) | takes one alone | the description is the more exact of the two |
| calls a parameter \`imageAnnotation\` in a table and \`annotation\` in a grammar (9.5) | takes both | clients use either |
| has no transfer syntax parameter for \`application/octet-stream\` in all places | takes \`transfer-syntax=*\` with it | clients send it |
| warns of annotations that are not supported, and refuses bad values (8.3.5.1.1) | refuses what is no keyword, and warns of unknown keywords | both sentences hold |
| has pixel data in the metadata, by a BulkDataURI (10.4.1.1.2) | has it for videos only | images are asked for by frames, and the URIs would be most of a series' metadata |
| renders presentation states (8.3.5) | does not yet | |
| has \`anonymize\` and presentation states in WADO-URI (9.5) | refuses them (501) | half an anonymization is none |
| has colour spaces \`adobergb\` and \`rommrgb\` | refuses them | pictures are given in none of them |
| lists 0110 and A900 for refusals of a store | answers 45070 to another object under a known UID | archives in use do, so that a client can tell it from a failure |
| has failure reason 0122 for SOP Classes that are not supported | has it for DICOMDIR only | every SOP Class is stored |
| has C122 for transfer syntaxes that are not supported | has it for bulk data only | files of every transfer syntax are stored, unknown ones too |`;

const security = `## Security

- \`/dicom-web\` and \`/wado\` need \`Authorization: Bearer <API key>\`. A viewer's session has its own address and a cookie, and nothing but
  the studies of its launch exists for it; it may not store or delete.
- No other site is let in: there is no CORS, answers carry \`nosniff\` and \`Cross-Origin-Resource-Policy: same-origin\`, and what
  could be a program or a page is an attachment.
- TLS is a proxy's work. DIMSE has no encryption here: use it inside a network that is trusted.
- Files are parsed and decoded in worker threads with limits in time and memory. XML has no entities and no document types; a
  BulkDataURI is never fetched.
- Logs and errors have no patient data. Deletions are in the audit trail, before and after.`;
