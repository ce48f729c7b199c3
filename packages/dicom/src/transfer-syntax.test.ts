import { describe, expect, it } from 'vitest';
import { transferSyntax, transferSyntaxes } from './transfer-syntax.ts';

describe('transfer syntaxes', () => {
  it('knows how the native ones code elements', () => {
    expect(transferSyntax('1.2.840.10008.1.2')).toMatchObject({ explicit: false, encapsulated: false });
    expect(transferSyntax('1.2.840.10008.1.2.1')).toMatchObject({ explicit: true, bigEndian: false });
    expect(transferSyntax('1.2.840.10008.1.2.1.99')).toMatchObject({ deflated: true, encapsulated: false });
    expect(transferSyntax('1.2.840.10008.1.2.2')).toMatchObject({ explicit: true, bigEndian: true });
  });

  it.each([
    ['1.2.840.10008.1.2.5', 'rle', false],
    ['1.2.840.10008.1.2.4.50', 'jpeg', true],
    ['1.2.840.10008.1.2.4.70', 'jpeg-lossless', false],
    ['1.2.840.10008.1.2.4.81', 'jpeg-ls', true],
    ['1.2.840.10008.1.2.4.90', 'jpeg2000', false],
    ['1.2.840.10008.1.2.4.202', 'htj2k', false],
    ['1.2.840.10008.1.2.4.110', 'jpeg-xl', false],
    ['1.2.840.10008.1.2.8.1', 'deflated-frame', false],
    ['1.2.840.10008.1.2.4.102.1', 'video', true],
  ])('knows the decoder of %s', (uid, family, lossy) => {
    expect(transferSyntax(uid)).toMatchObject({ family, lossy, encapsulated: true, explicit: true });
  });

  it('encapsulates whatever is compressed', () => {
    for (const syntax of transferSyntaxes()) {
      if (syntax.family !== 'native') expect(syntax.encapsulated, syntax.keyword).toBe(true);
    }
  });

  it('lists each UID and keyword once', () => {
    const all = transferSyntaxes();
    expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
    expect(new Set(all.map(({ keyword }) => keyword)).size).toBe(all.length);
  });

  it('does not know private and malformed UIDs', () => {
    expect(transferSyntax('1.2.840.113619.5.2')).toBeUndefined();
    expect(transferSyntax('')).toBeUndefined();
  });
});
