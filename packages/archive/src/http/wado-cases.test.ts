import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DicomDataset, DicomElement } from '@sightline/dicom';
import { parseMediaType } from '@sightline/dicomweb';
import { describe, expect, test } from 'vitest';
import { ask } from '../test-support/in-process.ts';
import { synthetic } from '../test-support/synthetic.ts';
import { transcodingArchive } from '../test-support/transcoding-archive.ts';

/**
 * Worked examples of PS3.18 negotiation and status codes, written down by somebody else. They lie beside the repository,
 * and not everybody has them: wado-rs.test.ts and retrieve.test.ts hold the essentials by themselves.
 */
const CASES = fileURLToPath(new URL('../../../../../shared/cases/standards.json', import.meta.url));
const areHere = existsSync(CASES);
if (!areHere) console.warn('No ../shared/cases: the worked examples of retrieve are left out.');

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly input: {
    readonly target?: string;
    readonly path?: string;
    readonly method?: string;
    readonly accept: string | null;
    readonly headers?: Readonly<Record<string, string>>;
    readonly storedTransferSyntax?: string;
    readonly category?: string;
    readonly query?: string;
  };
  readonly expect: {
    readonly status?: number;
    readonly statusIn?: readonly number[];
    readonly mediaType?: string;
    readonly multipart?: boolean;
    readonly transferSyntax?: string;
    readonly transferSyntaxIn?: readonly string[];
    readonly header?: Readonly<Record<string, string>>;
    readonly objects?: number;
    readonly forbidKeysStartingWith?: readonly string[];
  };
}

/** Where this archive does otherwise, and why. */
const otherwise: Readonly<Record<string, { readonly status: number; readonly why: string }>> = {
  'nego-none': { status: 200, why: 'without Accept a command line tool gets the default type' },
  'wado-deleted': { status: 404, why: 'nothing is kept of a study that was deleted, not even that it was' },
  'nego-study-rendered-single': {
    status: 200,
    why: 'a picture of a study is the one in its middle, as thumbnails are',
  },
};

const cases: readonly Case[] = areHere
  ? (JSON.parse(readFileSync(CASES, 'utf8')) as { cases: Case[] }).cases // the format is described beside the file
  : [];

const STUDY = '/studies/1.2.3';
const INSTANCE = `${STUDY}/series/1.2.3.1/instances/1.2.3.1.1`;
const targets: Readonly<Record<string, string>> = {
  instance: INSTANCE,
  'instance-metadata': `${INSTANCE}/metadata`,
  'study-metadata': `${STUDY}/metadata`,
  frames: `${INSTANCE}/frames/1`,
  'instance-rendered': `${INSTANCE}/rendered`,
  'study-rendered': `${STUDY}/rendered`,
};

const SR = '1.2.840.10008.5.1.4.1.1.88.33';
const cs = (...Value: string[]): DicomElement => ({ vr: 'CS', Value });
const report: DicomDataset = {
  '00080016': { vr: 'UI', Value: [SR] },
  '00080060': cs('SR'),
  '0040A040': cs('CONTAINER'),
};

function storedObject({ storedTransferSyntax, category }: Case['input']): Uint8Array {
  const frame = new Uint8Array(16);
  return category === 'text'
    ? synthetic({ attributes: report })
    : synthetic({
        frames: [frame],
        ...(storedTransferSyntax !== undefined && { transferSyntaxUid: storedTransferSyntax }),
      });
}

describe.runIf(areHere)('negotiation', () => {
  test.each(cases.filter(({ kind }) => kind === 'wado.negotiate'))(
    '$id',
    async ({ id, input, expect: expected }) => {
      const archive = await transcodingArchive(storedObject(input));
      const answer = await ask(archive, targets[input.target ?? ''] ?? '', {
        headers: input.accept === null ? {} : { accept: input.accept },
        ...(input.query && { query: input.query }),
      });
      if (otherwise[id]) {
        expect(answer.status, otherwise[id].why).toBe(otherwise[id].status);
        return;
      }
      if (expected.status !== undefined) expect(answer.status).toBe(expected.status);
      if (expected.statusIn) expect(expected.statusIn).toContain(answer.status);
      if (answer.status !== 200) return;
      const type = parseMediaType(answer.headers['content-type'] ?? '');
      const isMultipart = type?.type === 'multipart/related';
      if (expected.multipart !== undefined) expect(isMultipart).toBe(expected.multipart);
      if (expected.mediaType)
        expect(isMultipart ? type.parameters['type'] : type?.type).toBe(expected.mediaType);
      const syntax = /transfer-syntax=([\d.]+)/.exec(
        `${answer.headers['content-type']}\n${answer.text}`,
      )?.[1];
      if (expected.transferSyntax) expect(syntax).toBe(expected.transferSyntax);
      if (expected.transferSyntaxIn) expect(expected.transferSyntaxIn).toContain(syntax);
    },
  );
});

interface Fixture {
  readonly studies: readonly {
    readonly StudyInstanceUID: string;
    readonly series: readonly {
      readonly SeriesInstanceUID: string;
      readonly instances: readonly {
        readonly SOPInstanceUID: string;
        readonly SOPClassUID: string;
        readonly NumberOfFrames?: number;
        readonly Rows?: number;
      }[];
    }[];
  }[];
}

function fixtureFiles(): readonly Uint8Array[] {
  const fixture = cases.find(({ id }) => id === 'fixture-archive')?.input as unknown as Fixture; // the first entry
  return fixture.studies.flatMap(({ StudyInstanceUID: study, series }) =>
    series.flatMap(({ SeriesInstanceUID, instances }) =>
      instances.map((instance) =>
        synthetic({
          study,
          series: SeriesInstanceUID,
          instance: instance.SOPInstanceUID,
          attributes: { '00080016': { vr: 'UI', Value: [instance.SOPClassUID] } },
          ...(instance.Rows && {
            frames: Array.from({ length: instance.NumberOfFrames ?? 1 }, () => new Uint8Array(16)),
          }),
        }),
      ),
    ),
  );
}

describe.runIf(areHere)('status codes', () => {
  test.each(cases.filter(({ kind }) => kind === 'wado.status'))(
    '$id',
    async ({ id, input, expect: expected }) => {
      const archive = await transcodingArchive(...fixtureFiles());
      const answer = await ask(archive, input.path ?? '', {
        ...(input.method && { method: input.method }),
        headers: { ...(input.accept !== null && { accept: input.accept }), ...input.headers },
      });
      if (otherwise[id]) {
        expect(answer.status, otherwise[id].why).toBe(otherwise[id].status);
        return;
      }
      if (expected.status !== undefined) expect(answer.status).toBe(expected.status);
      if (expected.statusIn) expect(expected.statusIn).toContain(answer.status);
      const methods = expected.header?.['Allow']?.split(', ') ?? [];
      for (const method of methods) expect(answer.headers['allow']?.split(', ')).toContain(method);
      if (expected.objects === undefined) return;
      expect(answer.json()).toHaveLength(expected.objects);
      const keys = answer.json().flatMap((each) => Object.keys(each));
      for (const start of expected.forbidKeysStartingWith ?? [])
        expect(keys.filter((key) => key.startsWith(start))).toEqual([]);
    },
  );
});
