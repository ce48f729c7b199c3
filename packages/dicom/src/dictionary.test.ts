import { describe, expect, it } from 'vitest';
import { dictionaryEntry, tagOfKeyword } from './dictionary.ts';
import { Tag } from './tags.ts';

describe('the dictionary of PS3.6', () => {
  it('knows the VR, VM and keyword of an attribute', () => {
    expect(dictionaryEntry('00080005')).toEqual({ vr: 'CS', vm: '1-n', keyword: 'SpecificCharacterSet' });
    expect(dictionaryEntry('7FE00001')).toEqual({ vr: 'OV', vm: '1', keyword: 'ExtendedOffsetTable' });
  });

  it('says where the VR depends on the image', () => {
    expect(dictionaryEntry('00280106')?.vr).toBe('xs');
    expect(dictionaryEntry('7FE00010')?.vr).toBe('ox');
    expect(dictionaryEntry('00283006')?.vr).toBe('lt');
  });

  it('finds a repeating group by any even number of its', () => {
    expect(dictionaryEntry('60023000')?.keyword).toBe('OverlayData');
    expect(dictionaryEntry('50FE0020')?.keyword).toBe('TypeOfData');
    expect(dictionaryEntry('002031AB')?.keyword).toBe('SourceImageIDs');
    expect(dictionaryEntry('60013000')).toBeUndefined();
  });

  it('does not know private and invented tags', () => {
    expect(dictionaryEntry('00091001')).toBeUndefined();
    expect(dictionaryEntry('0008FFFF')).toBeUndefined();
    expect(tagOfKeyword('')).toBeUndefined();
    expect(tagOfKeyword('NoSuchKeyword')).toBeUndefined();
    expect(tagOfKeyword('OverlayData')).toBeUndefined();
  });

  it('agrees with the constants that the code uses', () => {
    for (const [keyword, tag] of Object.entries(Tag)) expect(tagOfKeyword(keyword), keyword).toBe(tag);
  });
});
