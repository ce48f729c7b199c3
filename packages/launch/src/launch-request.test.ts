import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LaunchError, parseLaunchBody, studiesOf } from './launch-request.ts';

const studies = { kind: 'studies', studyInstanceUids: ['1.2.3'] };
const minimal = { selections: [{ target: studies }] };

/** "pointer code" of every fault, or "accepted". */
function faults(body: unknown): string[] | 'accepted' {
  try {
    parseLaunchBody(body);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    return error.faults.map(({ pointer, code }) => `${pointer} ${code}`);
  }
}
const withTarget = (target: unknown) => ({ selections: [{ target }] });
const withSource = (source: unknown) => ({ selections: [{ target: studies, source }] });

describe('a launch body', () => {
  test('needs nothing but one study', () => {
    expect(parseLaunchBody(minimal)).toEqual({ dialect: 'sightline', ...minimal });
  });

  test('keeps everything that DESIGN 3.3 lets it say today', () => {
    const whole = {
      selections: [
        {
          target: studies,
          source: {
            kind: 'dicomweb',
            baseUrl: 'https://pacs.example/dicom-web',
            auth: { type: 'bearer', token: 'T' },
            firstParty: false,
          },
        },
        { target: { kind: 'studies', studyInstanceUids: ['1.2.4', '1.2.5'] } },
      ],
      user: { name: 'janedoe', role: 'physician' },
      label: 'Provider Name',
      presentation: { replaceWorkspace: false },
    };
    expect(parseLaunchBody(whole)).toEqual({ dialect: 'sightline', ...whole });
  });

  test('loses control and direction characters in what people read', () => {
    const { label } = parseLaunchBody({ ...minimal, label: ' A\u202eB\u0000\r\nC ' });
    expect(label).toBe('ABC');
  });

  test.each<[string, unknown, string[]]>([
    ['null', null, [' wrong_type']],
    ['a list', [], [' wrong_type']],
    ['a text', 'x', [' wrong_type']],
    ['nothing in it', {}, ['/selections required']],
    ['no selection', { selections: [] }, ['/selections too_short']],
    ['a selection without target', { selections: [{}] }, ['/selections/0/target required']],
    ['a target without kind', withTarget({}), ['/selections/0/target/kind required']],
    ['a kind that is a number', withTarget({ kind: 5 }), ['/selections/0/target/kind wrong_type']],
    [
      'a kind of target for later',
      withTarget({ kind: 'accession', accessionNumber: 'A1' }),
      ['/selections/0/target/kind target_unsupported'],
    ],
    [
      'no UID at all',
      withTarget({ kind: 'studies', studyInstanceUids: [] }),
      ['/selections/0/target/studyInstanceUids too_short'],
    ],
    [
      'UIDs that are none, each named',
      withTarget({ kind: 'studies', studyInstanceUids: ['1.2', '..', '1.2.840...', '01.2', 7] }),
      [1, 2, 3]
        .map((i) => `/selections/0/target/studyInstanceUids/${i} bad_uid`)
        .concat('/selections/0/target/studyInstanceUids/4 wrong_type'),
    ],
    [
      'a UID of 65 characters',
      withTarget({ kind: 'studies', studyInstanceUids: [`1.${'2'.repeat(63)}`] }),
      ['/selections/0/target/studyInstanceUids/0 bad_uid'],
    ],
    [
      'a restriction that this version cannot keep',
      { ...minimal, presentation: { anonymize: true } },
      ['/presentation/anonymize unknown_key'],
    ],
    ['keys that need escaping', { ...minimal, 'a/b~c': 1 }, ['/a~1b~0c unknown_key']],
    [
      'the words of the type',
      { ...minimal, dialect: 'x', warnings: [] },
      ['/dialect unknown_key', '/warnings unknown_key'],
    ],
    ['a label of nothing but control characters', { ...minimal, label: '\u0007' }, ['/label too_short']],
    ['a long label', { ...minimal, label: 'x'.repeat(129) }, ['/label too_long']],
    [
      'the text "false"',
      { ...minimal, presentation: { replaceWorkspace: 'false' } },
      ['/presentation/replaceWorkspace wrong_type'],
    ],
    ['a source for later', withSource({ kind: 's3' }), ['/selections/0/source/kind source_unsupported']],
    [
      'a source that is no service root',
      withSource({ kind: 'dicomweb', baseUrl: 'file:///etc' }),
      ['/selections/0/source/baseUrl bad_url'],
    ],
    [
      'credentials in the URL',
      withSource({ kind: 'dicomweb', baseUrl: 'https://a:b@pacs.example/' }),
      ['/selections/0/source/baseUrl bad_url'],
    ],
    [
      'a second header inside a token',
      withSource({
        kind: 'dicomweb',
        baseUrl: 'https://p.example',
        auth: { type: 'bearer', token: 'a\r\nb' },
      }),
      ['/selections/0/source/auth/token bad_value'],
    ],
    [
      'an unknown kind of credentials',
      withSource({ kind: 'dicomweb', baseUrl: 'https://p.example', auth: { type: 'digest' } }),
      ['/selections/0/source/auth/type bad_value'],
    ],
  ])('with %s is refused by pointer', (_name, body, expected) => {
    expect(faults(body)).toEqual(expected);
  });

  test('with __proto__ is refused and changes nothing', () => {
    expect(faults(JSON.parse('{"__proto__":{"x":1},"selections":[]}'))).toContain('/__proto__ unknown_key');
    expect(Reflect.get({}, 'x')).toBeUndefined();
  });

  test('never has a value of it repeated in a fault', () => {
    const secret = 'DOE^JANE';
    const bodies = [
      withTarget({ kind: secret }),
      withTarget({ kind: 'studies', studyInstanceUids: [secret] }),
      withSource({ kind: 'dicomweb', baseUrl: secret }),
      { ...minimal, label: secret.repeat(40) },
    ];
    for (const body of bodies) expect(JSON.stringify(faults(body))).not.toContain('DOE');
  });

  test('of any shape is accepted or refused with faults, never worse', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const outcome = faults(body);
        expect(outcome === 'accepted' || outcome.length > 0).toBe(true);
      }),
    );
  });
});

test('studies are listed once each, in the order of naming', () => {
  const request = parseLaunchBody({
    selections: [
      { target: { kind: 'studies', studyInstanceUids: ['1.3', '1.2'] } },
      { target: { kind: 'studies', studyInstanceUids: ['1.2', '1.1'] } },
    ],
  });
  expect(studiesOf(request)).toEqual(['1.3', '1.2', '1.1']);
});
