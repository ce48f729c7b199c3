import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filled, found, searched, studies, value, type OpenIndex, type Row } from './samples.contract.ts';

/** Searching: what matches, in which order, page by page. */
export function indexSearchContract(open: OpenIndex): void {
  test.each([
    ['', ['1.2', '1.1', '1.3']],
    ['StudyDate=20240101', ['1.1']],
    ['StudyDate=20240102-', ['1.2']],
    ['StudyDate=-20240101', ['1.1']],
    ['StudyDate=20230101-20240102', ['1.2', '1.1']],
    ['StudyTime=2300-', ['1.1']],
    ['StudyTime=2330', ['1.1']],
    ['StudyTime=23', ['1.1']],
    ['StudyDate=20240101-20240102&StudyTime=2340-0010', []],
    ['StudyDate=20240101-20240102&StudyTime=2320-0020', ['1.2', '1.1']],
    ['AccessionNumber=A%5B1%5D', ['1.1']],
    ['AccessionNumber=A%5B*', ['1.1']],
    ['AccessionNumber=A%3F', ['1.2']],
    ['AccessionNumber=a1', []],
    ['AccessionNumber=*', ['1.2', '1.1', '1.3']],
    ['PatientName=muller*', ['1.1']],
    ['PatientName=MULLER-LUK^ZOE', ['1.1']],
    ['PatientName=山田^太郎', ['1.1']],
    ['PatientName=山*', ['1.1']],
    ['PatientName=muller*%3D山*', ['1.1']],
    ['PatientName=smith*%3D山*', []],
    ['PatientName=smith', []],
    ['PatientName=*zoe', ['1.1']],
    ['PatientName=smith%5Ejohn%5E%5E', ['1.2']],
    ['PatientID=P1', ['1.2', '1.1']],
    ['PatientID=P1&IssuerOfPatientID=HospitalA', ['1.1']],
    ['PatientID=p1', []],
    ['ModalitiesInStudy=SR', ['1.3']],
    ['ModalitiesInStudy=CT,MR', ['1.2', '1.1']],
    ['ModalitiesInStudy=C*', ['1.1']],
    ['StudyInstanceUID=1.1,1.3', ['1.1', '1.3']],
    ['StudyInstanceUID=9.9', []],
  ])('finds by %j', async (query, expected) => {
    expect(await found(await filled(await open(), studies), query)).toEqual(expected);
  });

  test.each([
    ['series', 'Modality=MR', ['1.2.1']],
    ['series', 'SeriesNumber=2&PatientID=P1', ['1.1.1']],
    ['series', 'RequestAttributesSequence.ScheduledProcedureStepID=SPS1', ['1.2.1']],
    ['series', '00400275.00401001=RP*', ['1.2.1']],
    ['series', 'RequestAttributesSequence.RequestedProcedureID=SPS1', []],
    ['instance', 'SOPInstanceUID=1.3.1.1', ['1.3.1.1']],
    ['instance', 'InstanceNumber=1&Modality=CT', ['1.1.1.1']],
    ['instance', 'SOPClassUID=1.2.840.10008.5.1.4.1.1.4', []],
  ] as const)('finds %s by %j', async (level, query, expected) => {
    expect(await found(await filled(await open(), studies), query, level)).toEqual(expected);
  });

  test.each([
    ['StudyDate=%22%22&emptyvaluematching=true', ['1.3']],
    ['StudyTime=%22%22&emptyvaluematching=true', ['1.3']],
    ['StudyDate=20240101&StudyTime=%22%22&emptyvaluematching=true', []],
    ['PatientBirthDate=%22%22&emptyvaluematching=true', ['1.2', '1.1', '1.3']],
    ['PatientID=%22%22&emptyvaluematching=true', ['1.3']],
    ['PatientName=%22%22&emptyvaluematching=true', ['1.3']],
    ['PatientID=%22%22', []],
    ['ModalitiesInStudy=%22%22&emptyvaluematching=true', []],
    ['NameOfPhysiciansReadingStudy=%22%22&emptyvaluematching=true', ['1.2', '1.3']],
    ['OtherPatientIDsSequence.PatientID=%22%22&emptyvaluematching=true', ['1.2', '1.3']],
    ['AccessionNumber=A1%5CA%5B1%5D&multiplevaluematching=true', ['1.2', '1.1']],
    ['AccessionNumber=A1%5CB*&multiplevaluematching=true', ['1.2']],
    ['AccessionNumber=A1%5C%22%22&multiplevaluematching=true&emptyvaluematching=true', ['1.2', '1.3']],
    ['AccessionNumber=A1%5CA%5B1%5D', []],
    ['ModalitiesInStudy=CT%5CMR', ['1.2', '1.1']],
    ['NameOfPhysiciansReadingStudy=weber*', ['1.1']],
    ['NameOfPhysiciansReadingStudy=*eva', ['1.1']],
    ['NameOfPhysiciansReadingStudy=we*eva', []],
    ['NameOfPhysiciansReadingStudy=weber*%5Ckrug*&multiplevaluematching=true', ['1.1']],
    ['NameOfPhysiciansReadingStudy=weber*%5Cmaier*&multiplevaluematching=true', []],
    ['OtherPatientIDsSequence.PatientID=X9', ['1.1']],
    ['OtherPatientIDsSequence.PatientID=*9', ['1.1']],
    ['OtherPatientIDsSequence.PatientID=x9', []],
    ['SOPClassesInStudy=1.2.840.10008.5.1.4.1.1.2', ['1.2', '1.1', '1.3']],
    ['SOPClassesInStudy=1.2.3,1.2.4', []],
    ['AdmissionID=ADM*', ['1.1']],
    ['StudyDescription=*ead*', ['1.1']],
    ['StudyDescription=*EAD*', []],
    ['StudyDescription=H%3Fad*', ['1.1']],
    ['PatientName=*l*', ['1.1']],
    ['PatientName=*田*', ['1.1']],
    ['PatientName=*mit*', ['1.2']],
    ['PatientName=*mit*&StudyDate=20240101', []],
  ])('matches %j as PS3.4 C.2.2.2 has it', async (query, expected) => {
    expect(await found(await filled(await open(), wordy), query)).toEqual(expected);
  });

  test.each([
    ['PatientName=Mueller', ['1.1']],
    ['PatientName=*Mueller*', ['1.1']],
    ['PatientName=Zoe%5EMiller', ['1.1']],
    ['PatientName=miller-luk', ['1.1']],
    ['PatientName=Miller%5EPeter', []],
    ['PatientName=Schmidt', ['1.2']],
    ['PatientName=Schmidt%5EJ', ['1.2']],
    ['PatientName=Schm*dt', []],
    ['PatientName=山田', ['1.1']],
    ['PatientName=太郎', []],
    ['PatientName=Smyth%5CMueller&multiplevaluematching=true', ['1.2', '1.1']],
    ['NameOfPhysiciansReadingStudy=Veber', ['1.1']],
    ['PatientName=Schmidt&ModalitiesInStudy=CT', []],
  ])('with fuzzymatching finds by sound %j', async (query, expected) => {
    expect(await found(await filled(await open(), wordy), `${query}&fuzzymatching=true`)).toEqual(expected);
  });

  test.each([
    ['series', 'Manufacturer=ACME*', ['1.1.1']],
    ['series', 'OperatorsName=Klein*', ['1.1.1']],
    ['series', 'OperatorsName=Kline&fuzzymatching=true', ['1.1.1']],
    ['series', 'PerformingPhysicianName=Kline&fuzzymatching=true', []],
    ['series', 'SeriesDate=20240101&SeriesTime=2350-', ['1.1.1']],
    ['series', 'SeriesDate=20240101&SeriesTime=-2340', []],
    ['series', 'FrameOfReferenceUID=1.5.5', ['1.1.1']],
    ['series', 'Laterality=%22%22&emptyvaluematching=true', ['1.2.1', '1.1.1', '1.3.1']],
    ['series', 'Modality=CT,SR', ['1.1.1', '1.3.1']],
    ['instance', 'ContentDate=20240101&ContentTime=235500', ['1.1.1.1']],
    ['instance', 'AcquisitionDate=%22%22&emptyvaluematching=true', ['1.2.1.1', '1.1.1.1', '1.3.1.1']],
    ['instance', 'PatientName=muller*&SeriesInstanceUID=1.1.1', ['1.1.1.1']],
  ] as const)('finds %s by %j among the keys of their level', async (level, query, expected) => {
    expect(await found(await filled(await open(), wordy), query, level)).toEqual(expected);
  });

  test('a value that is no date is neither in a range nor without a value', async () => {
    const store = await filled(await open(), [
      { study: '1.1', instance: '1.1.1.1', studyAttributes: { '00080020': value('DA', 'unknown') } },
    ]);
    expect(await found(store, 'StudyDate=-20991231')).toEqual([]);
    expect(await found(store, 'StudyDate=%22%22&emptyvaluematching=true')).toEqual([]);
    expect(await found(store, '')).toEqual(['1.1']);
  });

  test('the newest comes first, by date, then by time; what has no date comes last', async () => {
    const at = (study: string, ...[date, time]: string[]): Row => ({
      study,
      instance: `${study}.1.1`,
      studyAttributes: {
        ...(date && { '00080020': value('DA', date) }),
        ...(time && { '00080030': value('TM', time) }),
      },
    });
    const store = await filled(await open(), [
      at('1.1', '20240101', '08'),
      at('1.5', '20240101', '1230'),
      at('1.2'),
      at('1.4', '20240101', '1230'),
      at('1.3', '20240102'),
    ]);
    expect(await found(store, '')).toEqual(['1.3', '1.4', '1.5', '1.1', '1.2']);
    expect(await found(store, 'StudyDate=20240101')).toEqual(['1.4', '1.5', '1.1']);
  });

  test('later pages are of what the first was of, whatever arrives between them', async () => {
    const store = await filled(await open(), studies);
    const until = (await store.moment()).newest;
    expect(await found(store, 'limit=1')).toEqual(['1.2']);
    await filled(store, [
      { study: '1.4', instance: '1.4.1.1', studyAttributes: { '00080020': value('DA', '20240103') } },
      { study: '1.1', series: '1.1.2', instance: '1.1.2.1' },
    ]);
    expect(await found(store, 'limit=1&offset=1', 'study', { until })).toEqual(['1.1']);
    expect(await found(store, '', 'study', { until })).toEqual(['1.2', '1.1', '1.3']);
    expect(await found(store, '', 'series', { until })).toEqual(['1.2.1', '1.1.1', '1.3.1']);
    expect(await found(store, '', 'instance', { until })).toEqual(['1.2.1.1', '1.1.1.1', '1.3.1.1']);
    expect(await found(store, '')).toEqual(['1.4', '1.2', '1.1', '1.3']);
    await store.remove({ study: '1.1', series: '1.1.1' });
    expect(await found(store, '', 'study', { until })).toEqual(['1.2', '1.1', '1.3']);
  });

  test('a row has the version of its study, and keeps what it was when it was found', async () => {
    const store = await filled(await open(), studies);
    const { rows } = await searched(store, 'StudyInstanceUID=1.1', { level: 'instance' });
    const [row] = rows;
    const [listed] = await store.list({ study: '1.1' });
    expect([row?.id, row?.instanceId, row?.version]).toEqual([
      listed?.id,
      listed?.id,
      await store.versionOf('1.1'),
    ]);
    await filled(store, [{ study: '1.1', instance: '1.1.1.2' }]);
    const { rows: later } = await searched(store, 'StudyInstanceUID=1.1', { level: 'series' });
    expect(later[0]?.version).toBeGreaterThan(row!.version);
    await store.remove({ study: '1.1' });
    expect(row?.study['00201208']).toEqual(value('IS', 1));
    expect(row?.series['00080060']).toEqual(value('CS', 'CT'));
    expect(row?.instance['00083002']).toEqual(value('UI', '1.2.840.10008.1.2.1'));
  });

  test('many studies that match are all found, page after page, each once', async () => {
    const rows = Array.from({ length: 120 }, (_, at) => ({
      study: `1.${at + 1}`,
      instance: `1.${at + 1}.1.1`,
      studyAttributes: {
        '00080020': value('DA', `202401${String(1 + (at % 7)).padStart(2, '0')}`),
        '00100010': value('PN', { Alphabetic: at % 3 === 0 ? 'Stein^A' : 'Berg^B' }),
      },
    }));
    const store = await filled(await open(), rows);
    for (const query of ['', 'PatientName=ste*', 'PatientName=*ei*', 'StudyDate=20240102-20240105']) {
      const all = await found(store, `${query}&limit=200`, 'study', { maxResults: 200 });
      const paged: (string | undefined)[] = [];
      for (let offset = 0; offset < all.length; offset += 7) {
        const page = await searched(store, `${query}&limit=7&offset=${offset}`);
        paged.push(...page.rows.map((row) => row.studyInstanceUid));
        expect(page.remaining).toBe(Math.max(0, all.length - offset - 7));
      }
      expect(paged).toEqual(all);
      expect(new Set(all).size).toBe(all.length);
    }
  });

  test('no value of any key is anything but a value', async () => {
    const store = await filled(await open(), wordy);
    const keys = ['PatientName', 'PatientID', 'AccessionNumber', 'StudyDescription', 'ModalitiesInStudy'];
    const others = [
      'NameOfPhysiciansReadingStudy',
      'OtherPatientIDsSequence.PatientID',
      'ReferringPhysicianName',
    ];
    const hostile = fc.string({
      unit: fc.constantFrom(
        ...Array.from('\'"%_[]^\\;-=?*().:,\0\u{1F600}山é aA1'),
        '--',
        '/*',
        'OR 1=1',
        '{}',
        'NEAR(',
      ),
      minLength: 1,
      maxLength: 40,
    });
    const flags = fc.constantFrom(
      '',
      '&fuzzymatching=true',
      '&emptyvaluematching=true&multiplevaluematching=true',
    );
    const property = fc.asyncProperty(
      fc.constantFrom(...keys, ...others),
      hostile,
      flags,
      async (key, text, flag) => {
        const rows = await found(store, `${key}=${encodeURIComponent(text)}${flag}`);
        // Without a letter, a digit or a wildcard it is none of the values that are stored. What only separates values
        // asks for nothing.
        if (flag === '' && !/[*?a-z0-9山é[\]^=]/i.test(text) && text.replaceAll(/[,\\\s]/g, '') !== '')
          expect(rows).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: 150 });
    expect(await found(store, `PatientID=${'x'.repeat(1024)}`)).toEqual([]);
    expect(await store.list({ study: "1.1' OR '1'='1" })).toEqual([]);
    expect(await store.hashOf('1.1\0')).toBeUndefined();
  });

  test.each(["O'Neil", 'a%b_c', 'x[1-2]y', 'q"r', 'back\\slash', 'ünïcödé 山'])(
    'a value such as %j is found as it is, and by a part of it',
    async (text) => {
      const rows = [text, 'aXbYc', 'x1y'].map((id, at) => ({
        study: `1.${at + 1}`,
        instance: `1.${at + 1}.1.1`,
        studyAttributes: { '00100020': value('LO', id), '00081030': value('LO', id) },
      }));
      const store = await filled(await open(), rows);
      for (const key of ['PatientID', 'StudyDescription']) {
        expect(await found(store, `${key}=${encodeURIComponent(text)}`)).toEqual(['1.1']);
        expect(await found(store, `${key}=*${encodeURIComponent(text.slice(1))}`)).toEqual(['1.1']);
        expect(await found(store, `${key}=${encodeURIComponent(text.slice(0, -1))}*`)).toEqual(['1.1']);
      }
    },
  );

  test('counts what belongs to a study', async () => {
    const store = await filled(await open(), [
      ...studies,
      { study: '1.1', series: '1.1.2', instance: '1.1.2.1' },
    ]);
    const { rows } = await searched(store, 'StudyInstanceUID=1.1');
    expect(rows[0]?.study).toMatchObject({
      '00080061': value('CS', 'CT'),
      '00201206': value('IS', 2),
      '00201208': value('IS', 2),
    });
  });

  test('sees nothing outside the scope, and pages within it', async () => {
    const store = await filled(await open(), studies);
    const scope = new Set(['1.1', '1.3']);
    expect(await found(store, '', 'study', { scope })).toEqual(['1.1', '1.3']);
    expect(await found(store, 'StudyInstanceUID=1.2', 'study', { scope })).toEqual([]);
    expect(await found(store, '', 'instance', { scope })).toEqual(['1.1.1.1', '1.3.1.1']);
    expect(await found(store, '', 'study', { scope: new Set() })).toEqual([]);
    expect(await store.list({ study: '1.2' }, scope)).toEqual([]);
    const page = await searched(store, 'limit=1', { scope });
    expect([page.rows.length, page.remaining]).toEqual([1, 1]);
  });

  test('pages are stable, complete and say how much is left', async () => {
    const store = await filled(await open(), studies);
    const page = async (query: string, maxResults = 100) => {
      const { rows, remaining } = await searched(store, query, { maxResults });
      return [...rows.map(({ studyInstanceUid }) => studyInstanceUid), remaining];
    };
    expect(await page('limit=2')).toEqual(['1.2', '1.1', 1]);
    expect(await page('limit=2&offset=2')).toEqual(['1.3', 0]);
    expect(await page('offset=3')).toEqual([0]);
    expect(await page('limit=0')).toEqual([3]);
    expect(await page('limit=50', 1)).toEqual(['1.2', 2]);
  });
}

/** The usual studies, of which the first has more to match by. */
const wordy: readonly Row[] = studies.map((row, at) =>
  at > 0
    ? row
    : {
        ...row,
        studyAttributes: {
          ...row.studyAttributes,
          '00081030': value('LO', 'Head'),
          '00081060': value('PN', { Alphabetic: 'Weber^Max' }, { Alphabetic: 'Krug^Eva' }),
          '00101002': { vr: 'SQ', Value: [{ '00100020': value('LO', 'X9') }] },
          '00380010': value('LO', 'ADM1'),
        },
        seriesAttributes: {
          ...row.seriesAttributes,
          '00080021': value('DA', '20240101'),
          '00080031': value('TM', '235500'),
          '00080070': value('LO', 'ACME Imaging'),
          '00081070': value('PN', { Alphabetic: 'Klein^Ida' }),
          '00200052': value('UI', '1.5.5'),
        },
        instanceAttributes: { '00080023': value('DA', '20240101'), '00080033': value('TM', '235500') },
      },
);
