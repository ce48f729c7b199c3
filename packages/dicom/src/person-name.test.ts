import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayPersonName, formatPersonName, parsePersonName } from './person-name.ts';

describe('person names', () => {
  it('takes the component groups apart', () => {
    expect(parsePersonName('Yamada^Tarou=山田^太郎=やまだ^たろう')).toEqual({
      Alphabetic: 'Yamada^Tarou',
      Ideographic: '山田^太郎',
      Phonetic: 'やまだ^たろう',
    });
  });

  it('leaves out empty groups, padding and empty trailing components', () => {
    expect(parsePersonName('Doe^Jane^^^ ')).toEqual({ Alphabetic: 'Doe^Jane' });
    expect(parsePersonName('=山田^太郎')).toEqual({ Ideographic: '山田^太郎' });
    expect(parsePersonName('^Jane')).toEqual({ Alphabetic: '^Jane' });
  });

  it.each(['', '  ', '^^^^', '==', '^=^=^'])('finds no name in %j', (value) => {
    expect(parsePersonName(value)).toBeUndefined();
  });

  it('ignores a fourth group, which the standard does not have', () => {
    expect(parsePersonName('A=B=C=D')).toEqual({ Alphabetic: 'A', Ideographic: 'B', Phonetic: 'C' });
  });

  it('goes back to the same value', () => {
    const group = fc.stringMatching(/^[A-Za-z山田]{1,8}(\^[A-Za-z]{1,8})?$/);
    const name = fc.record({ Alphabetic: group, Ideographic: group, Phonetic: group }, { requiredKeys: [] });
    fc.assert(
      fc.property(name, (value) => {
        expect(parsePersonName(formatPersonName(value)) ?? {}).toEqual(value);
      }),
    );
  });

  it('shows family name first, then forenames, prefix and suffix', () => {
    expect(displayPersonName({ Alphabetic: 'Doe^Jane^Mary^Dr.^MD' })).toBe('Doe, Jane Mary, Dr., MD');
    expect(displayPersonName({ Alphabetic: 'Doe^^^^MD' })).toBe('Doe, MD');
    expect(displayPersonName({ Alphabetic: 'ACME' })).toBe('ACME');
  });

  it('shows the ideographic group beside the alphabetic one, or alone', () => {
    expect(displayPersonName({ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎' })).toBe(
      'Yamada, Tarou (山田 太郎)',
    );
    expect(displayPersonName({ Ideographic: '山田^太郎' })).toBe('山田 太郎');
    expect(displayPersonName({ Phonetic: 'やまだ^たろう' })).toBe('やまだ たろう');
    expect(displayPersonName({})).toBe('');
  });
});
