import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeQuery, encodeQuery, everything, QueryError } from './qido.ts';
import type { StudyQuery } from './study-query.ts';

const keywords: Readonly<Record<string, string>> = {
  StudyDescription: '00081030',
  Rows: '00280010',
  PatientName: '00100010',
  RequestAttributesSequence: '00400275',
  ScheduledProcedureStepID: '00400009',
};
const tagOfKeyword = (keyword: string) => keywords[keyword];
const decode = (query: string | undefined, level: 'study' | 'series' | 'instance' = 'instance') =>
  decodeQuery(query, { level, tagOfKeyword });

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((value) => value.trim() !== '');
const uid = fc
  .array(fc.integer({ min: 0, max: 99999 }), { minLength: 2, maxLength: 8 })
  .map((parts) => parts.join('.'));
const uids = fc.array(uid, { minLength: 1, maxLength: 3 });
const date = fc
  .date({ min: new Date('0100-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10).replaceAll('-', ''));
const time = fc.constantFrom('00', '1530', '235959', '120000.123456');
const range = (end: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.record({ from: end }),
    fc.record({ to: end }),
    fc.record({ from: end, to: end }),
    end.map((value) => ({ from: value, to: value })),
  );
const anyQuery = fc.record(
  {
    match: fc.record(
      {
        PatientName: text,
        PatientID: text,
        StudyDescription: text,
        StudyInstanceUID: uids,
        StudyDate: range(date),
        StudyTime: range(time),
        ModalitiesInStudy: text,
        SeriesNumber: fc.integer({ min: -99999, max: 99999 }),
        'RequestAttributesSequence.ScheduledProcedureStepID': text,
        SOPClassUID: uids,
      },
      { requiredKeys: [] },
    ),
    includeFields: fc.oneof(
      fc.constant('all' as const),
      fc.uniqueArray(fc.constantFrom('00081030', '00280010')),
    ),
    limit: fc.nat(10_000),
    offset: fc.nat(10_000),
    fuzzyMatching: fc.boolean(),
    emptyValueMatching: fc.boolean(),
    multipleValueMatching: fc.boolean(),
  },
  {
    requiredKeys: [
      'match',
      'includeFields',
      'offset',
      'fuzzyMatching',
      'emptyValueMatching',
      'multipleValueMatching',
    ],
  },
);

describe('queries', () => {
  test('survive the way to the URL and back', () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        expect(decode(encodeQuery(query as unknown as StudyQuery))).toEqual(query);
      }),
    );
  });

  test('nothing asked is everything', () => {
    expect(decode(undefined)).toEqual(everything);
    expect(decode('')).toEqual(everything);
    expect(encodeQuery(everything)).toBe('');
  });

  test('a key goes by its keyword or its tag, hexadecimal digits in either case', () => {
    expect(decode('0020000d=1.2&PatientID=7').match).toEqual({ StudyInstanceUID: ['1.2'], PatientID: '7' });
    expect(decode('00400275.00401001=R1').match).toEqual({
      'RequestAttributesSequence.RequestedProcedureID': 'R1',
    });
    expect(decode('RequestAttributesSequence.00400009=S1').match).toEqual({
      'RequestAttributesSequence.ScheduledProcedureStepID': 'S1',
    });
  });

  test('an open end of a range stays open', () => {
    expect(decode('StudyDate=20240101-').match.StudyDate).toEqual({ from: '20240101' });
    expect(decode('StudyDate=-20240101').match.StudyDate).toEqual({ to: '20240101' });
    expect(decode('StudyTime=10-1130').match.StudyTime).toEqual({ from: '10', to: '1130' });
  });

  test('UIDs are separated by commas, or by the backslash of DIMSE', () => {
    expect(decode('StudyInstanceUID=1.2,3.4').match.StudyInstanceUID).toEqual(['1.2', '3.4']);
    expect(decode('StudyInstanceUID=1.2%5C3.4').match.StudyInstanceUID).toEqual(['1.2', '3.4']);
  });

  test('UIDs may be given in several parameters, by either name', () => {
    const { StudyInstanceUID } = decode('StudyInstanceUID=1.2&0020000D=3.4,5.6&StudyInstanceUID=').match;
    expect(StudyInstanceUID).toEqual(['1.2', '3.4', '5.6']);
  });

  test('two quotation marks are no value but for a text, unless Empty Value Matching is asked for', () => {
    const query = 'StudyDate=%22%22&FrameOfReferenceUID=%22%22&SeriesNumber=%22%22&PatientID=%22%22';
    expect(decode(`${query}&emptyvaluematching=true`).match).toEqual({
      StudyDate: { isEmpty: true },
      FrameOfReferenceUID: [],
      SeriesNumber: '""',
      PatientID: '""',
    });
    expect(decode(encodeQuery(decode(`${query}&emptyvaluematching=true`)))).toEqual(
      decode(`${query}&emptyvaluematching=true`),
    );
    for (const parameter of ['StudyDate', 'FrameOfReferenceUID', 'SeriesNumber']) {
      expect(() => decode(`${parameter}=%22%22`)).toThrow(expect.objectContaining({ parameter }));
    }
    expect(decode('PatientID=%22%22').match).toEqual({ PatientID: '""' });
  });

  test('a plus is a space, an encoded plus is one', () => {
    expect(decode('PatientName=doe+john').match.PatientName).toBe('doe john');
    expect(decode('PatientName=a%2Bb').match.PatientName).toBe('a+b');
  });

  test('an unknown parameter is ignored, and counted', () => {
    expect(decode('Colour=red&_=1&all=1')).toEqual({ ...everything, unmatched: 3 });
    expect(decode('accept=application/dicom%2Bjson&charset=utf-8')).not.toHaveProperty('unmatched');
  });

  test('an attribute that restricts nothing, being empty or no key, is one to answer', () => {
    expect(decode('PatientName=&Rows=512')).toEqual({
      ...everything,
      includeFields: ['00100010', '00280010'],
      unmatched: 1,
    });
  });

  test('a key of a lower level is none of the level above', () => {
    expect(decode('Modality=CT&SOPInstanceUID=1.2', 'study').match).toEqual({});
    expect(decode('Modality=CT', 'series').match).toEqual({ Modality: 'CT' });
  });

  test('a level that the path fixes is not matched, so the key may be repeated', () => {
    const query = 'PatientID=1&PatientID=2&Modality=CT';
    expect(decodeQuery(query, { level: 'series', levels: ['series'], tagOfKeyword }).match).toEqual({
      Modality: 'CT',
    });
  });

  test('includefield is a list, repeated or not, and unknown names in it are ignored', () => {
    expect(decode('includefield=StudyDescription,Nonsense&includefield=00280010').includeFields).toEqual([
      '00081030',
      '00280010',
    ]);
    expect(decode('includefield=all').includeFields).toBe('all');
  });

  test('includefield goes below a sequence, by keywords, tags or both', () => {
    const { includeFields } = decode(
      'includefield=RequestAttributesSequence.ScheduledProcedureStepID,00400275.00401001,00081030.Nonsense',
    );
    expect(includeFields).toEqual(['00400275.00400009', '00400275.00401001']);
  });

  test('a private attribute comes with whose it is', () => {
    expect(decode('includefield=000910ab&00090010=ACME+1.1')).toEqual({
      ...everything,
      includeFields: ['000910AB'],
      privateCreators: { '00090010': 'ACME 1.1' },
    });
  });

  test('the largest numbers that programs use for "all" are numbers', () => {
    expect(decode('limit=4294967295').limit).toBe(4294967295);
  });

  test.each([
    ['StudyDate=yesterday', 'StudyDate'],
    ['StudyDate=20241301', 'StudyDate'],
    ['StudyDate=-', 'StudyDate'],
    ['StudyDate=20240101-20240102-20240103', 'StudyDate'],
    ['StudyTime=25', 'StudyTime'],
    ['StudyInstanceUID=../etc', 'StudyInstanceUID'],
    ['0020000D=1.2,', 'StudyInstanceUID'],
    ['PatientID=1&PatientID=2', 'PatientID'],
    ['PatientID=1&00100020=2', 'PatientID'],
    [`PatientName=${'x'.repeat(2000)}`, 'PatientName'],
    ['SeriesNumber=one', 'SeriesNumber'],
    ['limit=-1', 'limit'],
    ['limit=ten', 'limit'],
    ['offset=1.5', 'offset'],
    ['fuzzymatching=maybe', 'fuzzymatching'],
    ['PatientName=%E0%A4%A', 'query'],
  ])('%s is refused by the name of its parameter', (query, parameter) => {
    expect(() => decode(query)).toThrow(QueryError);
    expect(() => decode(query)).toThrow(expect.objectContaining({ parameter }));
  });
});
