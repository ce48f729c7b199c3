import { describe, expect, test } from 'vitest';
import {
  chooseOffer,
  contentTypeOf,
  formatMediaType,
  parseAccept,
  parseMediaType,
  type Offer,
} from './media-type.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';
const J2K = '1.2.840.10008.1.2.4.90';

const frameOffers: readonly Offer[] = [
  { mediaType: 'application/octet-stream', multipart: true, transferSyntax: EXPLICIT, isDefaultSyntax: true },
  {
    mediaType: 'application/octet-stream',
    multipart: false,
    transferSyntax: EXPLICIT,
    isDefaultSyntax: true,
  },
  { mediaType: 'image/jp2', multipart: true, transferSyntax: J2K, isDefaultSyntax: true },
  { mediaType: 'image/jp2', multipart: false, transferSyntax: J2K, isDefaultSyntax: true },
  { mediaType: 'application/octet-stream', multipart: true, transferSyntax: J2K },
  { mediaType: 'application/octet-stream', multipart: false, transferSyntax: J2K },
];

const choose = (accept: string) =>
  frameOffers.indexOf(chooseOffer(parseAccept(accept), frameOffers) as Offer);

describe('parseMediaType', () => {
  test('reads parameters with and without quotes', () => {
    expect(parseMediaType('Multipart/Related; type="application/dicom"; Boundary=abc')).toEqual({
      type: 'multipart/related',
      parameters: { type: 'application/dicom', boundary: 'abc' },
      q: 1,
    });
    expect(
      parseMediaType('multipart/related;type=application/octet-stream;transfer-syntax=*')?.parameters,
    ).toEqual({
      type: 'application/octet-stream',
      'transfer-syntax': '*',
    });
  });

  test('keeps separators and escapes inside quotes', () => {
    expect(parseMediaType(String.raw`multipart/related; boundary="a;b,\"c"`)?.parameters['boundary']).toBe(
      'a;b,"c',
    );
  });

  test.each(['', 'text', 'text/', '/plain', 'text/plain; q=2', 'text/plain; charset', 'a b/c'])(
    'refuses %j',
    (text) => {
      expect(parseMediaType(text)).toBeUndefined();
    },
  );

  test('writes what it reads', () => {
    const written = formatMediaType('multipart/related', { type: 'application/dicom', boundary: 'a"b' });
    expect(parseMediaType(written)?.parameters).toEqual({ type: 'application/dicom', boundary: 'a"b' });
  });
});

describe('parseAccept', () => {
  test('ignores a range that it cannot read and keeps the others', () => {
    expect(parseAccept('nonsense, image/png;q=0.5').map(({ type, q }) => [type, q])).toEqual([
      ['image/png', 0.5],
    ]);
  });

  test('does not split a quoted comma', () => {
    expect(parseAccept('multipart/related; type="a/b"; x="1,2", image/png')).toHaveLength(2);
  });
});

describe('chooseOffer', () => {
  test.each([
    ['*/*', 0],
    ['multipart/related', 0],
    ['multipart/related; type="application/octet-stream"', 0],
    ['application/octet-stream', 1],
    [`application/octet-stream; transfer-syntax=${EXPLICIT}`, 1],
    ['multipart/related; type=application/octet-stream; transfer-syntax=*', 0],
    [`multipart/related; type=application/octet-stream; transfer-syntax=${J2K}`, 4],
    ['multipart/related; type=image/jp2; transfer-syntax=*', 2],
    ['image/jp2', 3],
    ['image/*', 3],
    ['image/jp2, */*;q=0.1', 3],
    ['image/jp2;q=0.1, application/octet-stream;q=0.9', 1],
    ['image/jp2;q=0, */*', 0],
    ['image/jls', -1],
    ['application/octet-stream; transfer-syntax=1.2.840.10008.1.2.5', -1],
    ['', -1],
  ])('%j gets offer %i', (accept, expected) => {
    expect(choose(accept)).toBe(expected);
  });

  test.each([
    ['image/x-jls', 'image/jls'],
    ['multipart/related; type="image/dicom+jpeg-ls"', 'image/jls'],
    ['multipart/related; type="image/x-dicom-rle"', 'image/dicom-rle'],
    ['image/dicom+jpx', undefined],
  ])('%j is a former name', (accept, expected) => {
    const offers: Offer[] = ['image/jls', 'image/dicom-rle'].flatMap((mediaType) =>
      [true, false].map((multipart) => ({
        mediaType,
        multipart,
        transferSyntax: '1.2',
        isDefaultSyntax: true,
      })),
    );
    expect(chooseOffer(parseAccept(accept), offers)?.mediaType).toBe(expected);
  });

  test('parameters may stand inside the type, as they once did', () => {
    const range = `multipart/related; type="image/jp2; transfer-syntax=${J2K}"`;
    const offers: Offer[] = ['1.2', J2K].map((transferSyntax) => ({
      mediaType: 'image/jp2',
      multipart: true,
      transferSyntax,
    }));
    expect(chooseOffer(parseAccept(range), offers)?.transferSyntax).toBe(J2K);
  });

  test('what has to be made is for who accepts nothing else, whatever it is worth to them', () => {
    const there: Offer = { mediaType: 'application/octet-stream', multipart: false };
    const made: Offer = { mediaType: 'image/jls', multipart: false, isMade: true };
    const choice = (accept: string) => chooseOffer(parseAccept(accept), [made, there]);
    expect(choice('image/jls, application/octet-stream;q=0.1')).toBe(there);
    expect(choice('image/jls')).toBe(made);
    expect(choice('image/*, application/octet-stream;q=0')).toBe(made);
  });

  test('a more exact refusal wins over a wildcard', () => {
    const offers: Offer[] = [
      { mediaType: 'image/jpeg', multipart: false },
      { mediaType: 'image/png', multipart: false },
    ];
    expect(chooseOffer(parseAccept('image/*, image/jpeg;q=0'), offers)?.mediaType).toBe('image/png');
  });
});

describe('contentTypeOf', () => {
  test.each([
    ['image/png', 'image/png'],
    ['multipart/related; type="image/jls"', 'image/jls'],
    ['multipart/related; type="application/dicom; transfer-syntax=*"', 'application/dicom'],
    ['multipart/related', '*/*'],
    ['image/x-jls', 'image/jls'],
  ])('%j is for %s', (text, expected) => {
    expect(contentTypeOf(parseMediaType(text)!)).toBe(expected);
  });
});
