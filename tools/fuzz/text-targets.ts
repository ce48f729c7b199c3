import {
  datasetToXml,
  decodeFrameIndex,
  encodeFrameIndex,
  parseDicomJson,
  randomAccess,
  readPart10,
  recodeDataSet,
  tagOfKeyword,
  transferSyntax,
  xmlToDataset,
} from '@sightline/dicom';
import {
  chooseOffer,
  decodeQuery,
  parseAccept,
  parseMediaType,
  parseQueryString,
  type PartEvent,
  readMultipart,
} from '@sightline/dicomweb';
import { readFixture } from '../../fixtures/read-fixture.ts';
import { Defect, type Target, unlessRefused } from './target.ts';

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Reading a file, and writing it anew: what is written must be readable. */
export function part10Target(files: readonly Uint8Array[]): Target {
  return {
    name: 'part10',
    seeds: files,
    run: async (input) => {
      const file = await unlessRefused(() => readFixture(input), 'DicomError');
      if (!file) return;
      const { part10 } = file;
      JSON.parse(JSON.stringify(part10.dataset));
      if (part10.frames) {
        const again = decodeFrameIndex(encodeFrameIndex(part10.frames));
        if (JSON.stringify(again) !== JSON.stringify(part10.frames)) throw new Defect('another frame index');
      }
      await unlessRefused(() => recode(part10.inflated ?? input, part10), 'DicomError');
    },
  };
}

function recode(
  bytes: Uint8Array,
  { inflated, identity, transferSyntaxUid }: ReturnType<typeof readPart10>,
): void {
  if (transferSyntax(transferSyntaxUid)?.encapsulated !== false) return;
  const { pieces } = recodeDataSet(randomAccess(bytes), {
    isBare: inflated !== undefined,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    sopClassUid: identity.sopClassUid,
    sopInstanceUid: identity.sopInstanceUid,
    replaced: {},
  });
  const written = Buffer.concat(
    pieces.map((piece) => {
      if (piece.kind === 'bytes') return piece.bytes;
      return piece.kind === 'copy'
        ? bytes.subarray(piece.offset, piece.offset + piece.length)
        : new Uint8Array(0);
    }),
  );
  const again = readPart10(randomAccess(new Uint8Array(written)), { inflateRaw: (raw) => raw });
  if (again.identity.sopInstanceUid !== identity.sopInstanceUid)
    throw new Defect('written anew it is another object');
}

const MESSAGE =
  'preamble\r\n--b\r\nContent-Type: application/dicom\r\nContent-Location: x\r\n\r\nbody\r\n-- not the end\r\n--b \t\r\n\r\n\r\n--b\r\nA: 1\r\n 2\r\n\r\n\r\n--b--\r\nepilogue';

export const multipartTarget: Target = {
  name: 'multipart',
  seeds: [
    MESSAGE,
    '--b\r\n\r\n\r\n--b--',
    `--b\r\n${'H: v\r\n'.repeat(50)}\r\n${'x'.repeat(3000)}\r\n--b--`,
  ].map(bytesOf),
  /** However the message is cut into chunks, it says the same. */
  run: async (input) => {
    const whole = await eventsOf([input]);
    const pieces = Array.from(input, (_, at) => input.subarray(at, at + 1));
    if (whole !== (await eventsOf(pieces))) throw new Defect('another message when it comes byte by byte');
  },
};

async function eventsOf(chunks: readonly Uint8Array[]): Promise<string> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  const said: string[] = [];
  const put = (event: PartEvent): void => {
    if (event.type === 'data') said.push(Buffer.from(event.bytes).toString('hex'));
    else said.push(`\n${JSON.stringify(event)}`);
  };
  const isWhole = await unlessRefused(async () => {
    for await (const event of readMultipart(stream(), 'b')) put(event);
    return true;
  }, 'MultipartError');
  return `${said.join('')} ${isWhole}`;
}

const QUERIES = [
  'PatientName=M%C3%BCller*&StudyDate=20240101-20241231&StudyTime=-1200&limit=10&offset=5',
  'includefield=all&includefield=00081030,PatientSex&fuzzymatching=true&ModalitiesInStudy=CT,MR',
  'StudyInstanceUID=1.2.3\\1.2.4&00100020=A%25_&RequestAttributesSequence.ScheduledProcedureStepID=1',
  '00400275.00400009=%22%22&NumberOfFrames=1&accept=application/dicom%2Bjson',
];

export const queryTarget: Target = {
  name: 'query',
  seeds: QUERIES.map(bytesOf),
  run: async (input) => {
    const text = textOf(input);
    await unlessRefused(() => parseQueryString(text), 'QueryStringError');
    for (const level of ['study', 'series', 'instance'] as const)
      await unlessRefused(() => decodeQuery(text, { level, tagOfKeyword }), 'QueryError', 'QueryStringError');
  },
};

const ACCEPTS = [
  'multipart/related; type="application/dicom"; transfer-syntax=*, application/dicom;q=0.5, */*;q=0.1',
  'image/jpeg;q=0.9, image/png; x="a\\"b,;", multipart/related;type="application/octet-stream";boundary=b',
];

export const mediaTypeTarget: Target = {
  name: 'media-type',
  seeds: ACCEPTS.map(bytesOf),
  run: (input) => {
    const text = textOf(input);
    parseMediaType(text);
    const offer = { mediaType: 'application/dicom', multipart: true, transferSyntax: '1.2.840.10008.1.2.1' };
    chooseOffer(parseAccept(text), [offer]);
  },
};

/** Both directions: what was read can be written, and what is written read. */
export function xmlTarget(files: readonly Uint8Array[]): Target {
  return {
    name: 'xml',
    seeds: files.map((file) => new Uint8Array(Buffer.from(datasetToXml(readFixture(file).part10.dataset)))),
    run: async (input) => {
      const dataset = await unlessRefused(() => xmlToDataset(Buffer.from(input).toString()), 'DicomError');
      if (dataset) xmlToDataset(datasetToXml(dataset));
    },
  };
}

export function jsonTarget(files: readonly Uint8Array[]): Target {
  return {
    name: 'json',
    seeds: files.map((file) => new Uint8Array(Buffer.from(JSON.stringify(readFixture(file).part10.dataset)))),
    run: async (input) => {
      const datasets = await unlessRefused(() => parseDicomJson(Buffer.from(input).toString()), 'DicomError');
      for (const dataset of datasets ?? []) datasetToXml(dataset);
    },
  };
}

export const frameIndexTarget: Target = {
  name: 'frame-index',
  seeds: [
    encodeFrameIndex({
      kind: 'native',
      offset: 900,
      frameBits: 12_288,
      count: 3,
      bigEndian: false,
      wordBytes: 2,
    }),
    encodeFrameIndex({
      kind: 'encapsulated',
      frames: [
        [{ offset: 8, length: 100 }],
        [
          { offset: 500_000, length: 3 },
          { offset: 90, length: 0 },
        ],
        [],
      ],
    }),
  ],
  run: async (input) => {
    await unlessRefused(() => decodeFrameIndex(input), 'DicomError');
  },
};
