import { describe, expect, it } from 'vitest';
import { getBytes, getItems, getNumber, getNumbers, getPersonName, getText, getTexts } from './attributes.ts';
import type { DicomDataset } from './dicom-json.ts';
import { Tag } from './tags.ts';

const dataset: DicomDataset = {
  [Tag.ImageType]: { vr: 'CS', Value: ['ORIGINAL', null, 'AXIAL '] },
  [Tag.PatientName]: { vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] },
  [Tag.Rows]: { vr: 'US', Value: [512] },
  [Tag.PixelSpacing]: { vr: 'DS', Value: ['0.5', 0.25] },
  [Tag.ImagePositionPatient]: { vr: 'DS', Value: [1, null, 3] },
  [Tag.SliceThickness]: { vr: 'DS', Value: ['thin'] },
  [Tag.InstanceNumber]: { vr: 'IS' },
  [Tag.ReferencedImageSequence]: { vr: 'SQ', Value: [{}, { [Tag.ReferencedSOPInstanceUID]: { vr: 'UI' } }] },
  [Tag.ICCProfile]: { vr: 'OB', InlineBinary: 'AQID' },
  [Tag.PixelData]: { vr: 'OB', InlineBinary: 'not base64!' },
};

describe('reading attributes', () => {
  it('gives the first value as text', () => {
    expect(getText(dataset, Tag.ImageType)).toBe('ORIGINAL');
    expect(getText(dataset, Tag.Rows)).toBe('512');
  });

  it('keeps the places of empty values', () => {
    expect(getTexts(dataset, Tag.ImageType)).toEqual(['ORIGINAL', '', 'AXIAL']);
  });

  it('reads numbers that are written as text, as other archives send them', () => {
    expect(getNumbers(dataset, Tag.PixelSpacing)).toEqual([0.5, 0.25]);
  });

  it('makes no vector of a list with a hole, and no zero of an empty value', () => {
    expect(getNumbers(dataset, Tag.ImagePositionPatient)).toEqual([]);
    expect(getNumber(dataset, Tag.SliceThickness)).toBeUndefined();
    expect(getNumber(dataset, Tag.InstanceNumber)).toBeUndefined();
    expect(getNumber({ [Tag.Rows]: { vr: 'DS', Value: [' '] } }, Tag.Rows)).toBeUndefined();
  });

  it('gives nothing for what is absent or of another kind', () => {
    expect(getText(dataset, Tag.PatientID)).toBeUndefined();
    expect(getTexts(dataset, Tag.PatientID)).toEqual([]);
    expect(getText(dataset, Tag.PatientName)).toBeUndefined();
    expect(getItems(dataset, Tag.PatientName)).toEqual([]);
    expect(getPersonName(dataset, Tag.ImageType)).toBeUndefined();
    expect(getBytes(dataset[Tag.Rows])).toBeUndefined();
  });

  it('gives items, names and bytes', () => {
    expect(getItems(dataset, Tag.ReferencedImageSequence)).toHaveLength(2);
    expect(getPersonName(dataset, Tag.PatientName)).toEqual({ Alphabetic: 'Doe^Jane' });
    expect(getBytes(dataset[Tag.ICCProfile])).toEqual(Uint8Array.of(1, 2, 3));
    expect(getBytes(dataset[Tag.PixelData])).toBeUndefined();
  });
});
