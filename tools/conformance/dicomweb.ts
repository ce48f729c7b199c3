import {
  always,
  archiveProblems,
  codedMediaTypes,
  failures,
  ifKnown,
  matchingKeys,
  MAX_RESULTS,
  type Claims,
  type MediaTypeClaim,
  type ParameterClaim,
  searchOptions,
  storeForms,
  storeLimits,
  studiesService,
  type Transaction,
  wadoUriClaims,
} from '@sightline/archive/conformance';
import { dictionaryEntry, encodableSyntaxes, transferSyntax, transferSyntaxes } from '@sightline/dicom';
import { code, codes, section, table } from './markdown.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const levels = ['study', 'series', 'instance'] as const;

export const dicomweb = (): string =>
  [
    section('## DICOMweb: the Studies Service', intro, resources(), answers()),
    search(),
    retrieve(),
    rendered(),
    store(),
    section('### Delete', deletion),
    section('### Capabilities', capabilities),
    section('## DICOMweb: Storage Commitment', commitment),
    wadoUri(),
    statuses(),
  ].join('\n\n');

const intro = `Origin server of PS3.18 (2024e), chapter 10, at \`/dicom-web\` with an API key, and at the address of a session for the
studies of that session. Every resource with GET answers HEAD; every one answers OPTIONS with \`Allow\`, and 405 with \`Allow\`
to another method. A name in braces stands for a UID, a list of frame numbers, or what a BulkDataURI names.`;

function resources(): string {
  const rows = studiesService.map(({ method, path, name, section: clause, claims }) => [
    `${method} ${code(path)}`,
    name,
    clause === 'extension' ? 'none' : `PS3.18 ${clause}`,
    claims.requirement,
  ]);
  return section('### Resources', table(['resource', 'transaction', 'clause', 'by the standard'], rows));
}

/** What different resources promise alike is told once. */
function answers(): string {
  const alike = Map.groupBy(
    studiesService.filter(({ name }) => name !== 'Search'),
    ({ claims }) => claims,
  );
  return section(
    '### What they answer',
    'The first media type is what comes without `Accept`, or with `*/*`. `multipart` is `multipart/related` with that `type`.',
    ...[...alike].map(([claims, rows]) => promise(claims, rows)),
  );
}

function promise(claims: Claims, rows: readonly Transaction[]): string {
  const list = [
    `- answers: ${claims.answers.map(mediaType).join('; ') || 'nothing'}`,
    ...(claims.takes ? [`- takes: ${claims.takes.map(mediaType).join('; ')}`] : []),
    ...(claims.parameters.length > 0
      ? [`- parameters: ${codes(claims.parameters.map(({ name }) => name))}`]
      : []),
    `- success: ${claims.statuses.join(', ')}`,
  ];
  return `${rows.map(({ method, path }) => `${method} ${code(path)}`).join('\\\n')}\n\n${list.join('\n')}`;
}

const mediaType = ({ type, isMultipart, when }: MediaTypeClaim): string =>
  `${isMultipart ? 'multipart ' : ''}${code(type)}${when === undefined ? '' : ` (${when})`}`;

const parameterTable = (parameters: readonly ParameterClaim[]): string =>
  table(
    ['parameter', 'values'],
    parameters.map(({ name, values }) => [code(name), values]),
  );

function search(): string {
  return section(
    '### Search',
    `Answers: ${searchAnswers()}. Nothing found: 204. At most ${MAX_RESULTS} matches in one answer; where there are more, \`Warning: 299\`
says how many (or that there are at least so many), and \`offset\` goes on. The pages after the first are of what was there when
the first one was asked for, as long as the archive remembers it.`,
    parameterTable(searchOptions),
    `A key is a keyword, a tag or a path (\`00400275.00400009\`). Keys of the levels that the path does not fix are matched; another
attribute given as a key restricts nothing and is answered. Person names match in every component group without regard to case
and accents; \`*\` and \`?\` are wildcards; dates, times and date-times are ranges with open ends, a date and a time of the same
event together one interval; lists of UIDs are separated by commas, backslashes or repetition. \`fuzzymatching\` compares names by
sound.`,
    ...levels.map((level) =>
      section(
        `#### Matching keys of a ${level}`,
        table(
          ['key', 'attribute'],
          matchingKeys(level).map(({ name, values }) => [code(name), values]),
        ),
      ),
    ),
    section(
      '#### What is answered',
      table(
        ['level', 'always', 'if known'],
        levels.map((level) => [level, codes(always[level].map(keyword)), codes(ifKnown[level].map(keyword))]),
      ),
      `Besides: the UIDs of study and series, \`InstanceAvailability\` (\`ONLINE\`), \`RetrieveURL\`, \`SpecificCharacterSet\`
(\`ISO_IR 192\`), every key that was asked, and what \`includefield\` names, of the same level or a higher one. At instance level any
attribute of the object can be included.`,
    ),
  );
}

function searchAnswers(): string {
  const claims = studiesService.find(({ name }) => name === 'Search')?.claims.answers ?? [];
  return claims.map(mediaType).join('; ');
}

const keyword = (path: string): string =>
  path
    .split('.')
    .map((tag) => dictionaryEntry(tag)?.keyword ?? tag)
    .join('.');

/** Those of pictures have values that need saying. */
function rendered(): string {
  const parameters = new Map(
    studiesService
      .filter(({ path }) => path.endsWith('/rendered'))
      .flatMap(({ claims }) => claims.parameters.map((each): [string, ParameterClaim] => [each.name, each])),
  );
  return section(
    '### Rendered',
    `A study or series without frames named is the picture in its middle; as multipart every frame of it. Cut out, fitted, turned,
then written on. A thumbnail is 256 pixels wide or high where \`viewport\` says nothing, and never has a name on it.`,
    parameterTable([...parameters.values()]),
  );
}

function retrieve(): string {
  return section(
    '### Retrieve',
    `Stored bytes are given as they are for \`transfer-syntax=*\`. Where no transfer syntax is named, Explicit VR Little Endian is
meant, as the standard has it; an object compressed with loss then stays as it is. Other transfer syntaxes of the table are made
on request, proved to be without loss before they are given. Implicit VR and big endian never go out but for \`*\`. A study or a
series is given whole or not at all: what is found to be damaged before the first byte is 500, later the answer is cut.`,
    table(
      ['transfer syntax', 'UID', 'stored', 'rendered', 'made on request'],
      transferSyntaxes().map(({ uid, keyword: name, family }) => [
        name,
        code(uid),
        'yes',
        isRendered(uid) ? 'yes' : family === 'video' ? 'as it is' : 'no',
        isMade(uid) ? 'yes' : 'no',
      ]),
    ),
    `A transfer syntax that is not in the table, and every SOP Class, is stored and given back. Single-part answers take \`Range\`
(206, 416); one object, metadata, frames, bulk data and pictures have an \`ETag\` and answer \`If-None-Match\` with 304. JSON metadata goes out
compressed (\`gzip\`) where it is accepted. Every BulkDataURI of the metadata resolves. \`application/zip\` and the DELETE method are
extensions.`,
  );
}

const isRendered = (uid: string): boolean => {
  const syntax = transferSyntax(uid);
  return syntax !== undefined && syntax.family !== 'video' && !syntax.keyword.startsWith('JPIP');
};
const isMade = (uid: string): boolean => uid === '1.2.840.10008.1.2.1' || encodableSyntaxes.has(uid);

function store(): string {
  const types = table(
    ['media type of a part', 'transfer syntaxes, the default first'],
    [
      [code('application/octet-stream'), `${code('1.2.840.10008.1.2.1')}, or the one that it names`],
      ...Object.entries(codedMediaTypes).map(([type, syntaxes]) => [code(type), codes(syntaxes)]),
      ['that of an encapsulated document', 'none'],
    ],
  );
  return section(
    '### Store',
    `A request is \`multipart/related\` with one of these types, or one such part by itself: ${codes(Object.keys(storeForms))}. A DICOM file
is kept byte for byte. Of metadata and bulk data a file is written, in Explicit VR Little Endian or in the transfer syntax of the
bulk data, with file meta information of ours and text in UTF-8; compressed frames stay as they came, one part for each frame,
in order, all with the \`Content-Location\` that the \`BulkDataURI\` names. Addresses are absolute, or relative to that of the request.
Nothing is ever fetched from anywhere.`,
    types,
    `Limits of one request: ${storeLimits.requestBytes / GIB} GiB, ${storeLimits.parts.toLocaleString('en')} parts, and ${storeLimits.metadataBytes / MIB} MiB of metadata; a declared length beyond the first is
refused before anything is read. A \`Content-Encoding\` is refused (415). One object has at most 32 GiB.`,
    `Each object is durable before it is answered. When a request breaks off, the objects that were complete are stored, nothing is
stored in part, and sending all again does no harm: the same bytes again are a success. Other bytes under a SOP Instance UID that
is here are refused, and what is here stays. Nothing is coerced. The answer is the Store Instances Response Module, as DICOM JSON or
as \`application/dicom+xml\`: 200 where everything was stored, 202 where something was not or has a warning, 409 where nothing was, 400
where nothing could be read, 507 where the disk is full. What has no UIDs is told in \`OtherFailuresSequence\`.`,
    table(
      ['Failure Reason', 'when'],
      Object.values(failures).map(({ reason, meaning }) => [hexadecimal(reason), meaning]),
    ),
    'Warning Reason B006 (45062): group lengths in metadata were not stored.',
  );
}

const hexadecimal = (reason: number): string =>
  `${reason.toString(16).toUpperCase().padStart(4, '0')} (${reason})`;

const deletion = `An extension: DELETE of a study, a series or an instance removes it, for who holds the API key. It is noted in the audit
trail before and after. Nothing of it is found or retrieved from then on.`;

const capabilities = `OPTIONS of the service root gives \`application/vnd.sun.wadl+xml\` or \`application/json\`, made from the table above. A preflight
request of a browser is no such question: it is answered with 204 and no permission.`;

const commitment = `PS3.18 chapter 13, below the same address. An object is committed when it is stored, its class is the one that was named, and its
bytes are whole; the answer comes at once (200, never 202). Reasons: 0112 (274) no such object, 0119 (281) another class, 0110 (272)
bytes that are damaged or gone. A result can be had again for a while, and not over a restart; a Transaction UID is used once
(409). Objects are not kept from being deleted by it.`;

function wadoUri(): string {
  const of = { both: 'all', objects: '`application/dicom`', pictures: 'rendered' } as const;
  return section(
    '## WADO-URI',
    `PS3.18 chapter 9, at \`/wado\`: GET and HEAD with \`requestType=WADO\`, \`studyUID\`, \`seriesUID\` and \`objectUID\`. Without \`contentType\` the
object comes as it would be rendered, an image as JPEG. \`anonymize\`, \`presentationUID\` and \`presentationSeriesUID\` are refused (501):
an object that was not cleaned everywhere is not anonymous.`,
    table(
      ['parameter', 'of', 'values'],
      wadoUriClaims.map((claim) => [code(claim.name), of[claim.of], claim.values]),
    ),
  );
}

function statuses(): string {
  return section(
    '## Problems',
    'Every error is `application/problem+json` (RFC 9457). `docs/errors.md` says what to do about each.',
    table(
      ['status', 'code', 'meaning'],
      Object.entries(archiveProblems)
        .toSorted(([a, { status: one }], [b, { status: other }]) => one - other || (a < b ? -1 : 1))
        .map(([name, { status, title }]) => [String(status), code(name), title]),
    ),
  );
}
