import { DicomError } from '../dicom-error.ts';
import type { DicomDataset, DicomElement, DicomValue } from '../dicom-json.ts';
import { isVr, vrTraits } from '../vr.ts';
import { ByteSink } from './byte-sink.ts';
import { ITEM } from './delimiters.ts';
import { encodeValue } from './encode-value.ts';

/**
 * A data set alone, as DIMSE sends it, in little endian, sequences and items of explicit length. The text is UTF-8:
 * the caller says so in (0008,0005). Throws DicomError malformed for a value that does not fit its VR.
 */
export function writeDataSet(dataset: DicomDataset, options: { readonly explicit: boolean }): Uint8Array {
  const sink = new ByteSink();
  writeElements(sink, dataset, options.explicit);
  return sink.finish();
}

function writeElements(sink: ByteSink, dataset: DicomDataset, explicit: boolean): void {
  for (const tag of Object.keys(dataset).sort()) {
    const element = dataset[tag];
    if (!/^[0-9A-F]{8}$/.test(tag) || !element || !isVr(element.vr)) throw new DicomError('malformed');
    writeElement(sink, tag, element, explicit);
  }
}

function writeElement(sink: ByteSink, tag: string, element: DicomElement, explicit: boolean): void {
  sink.uint16(Number.parseInt(tag.slice(0, 4), 16));
  sink.uint16(Number.parseInt(tag.slice(4), 16));
  if (element.vr === 'SQ') {
    if (explicit) sinkVr(sink, 'SQ', true);
    sink.measured(() => {
      for (const item of element.Value ?? []) writeItem(sink, item, explicit);
    });
    return;
  }
  const value = encodeValue(element);
  const isLong = vrTraits[element.vr].longLength || value.length > 0xfffe;
  // PS3.5 6.2.2: a value too long for its VR's 16-bit length is written as UN.
  if (explicit) sinkVr(sink, isLong && !vrTraits[element.vr].longLength ? 'UN' : element.vr, isLong);
  if (explicit && !isLong) sink.uint16(value.length);
  else sink.uint32(value.length);
  sink.bytes(value);
}

function sinkVr(sink: ByteSink, vr: string, isLong: boolean): void {
  sink.uint8(vr.charCodeAt(0));
  sink.uint8(vr.charCodeAt(1));
  if (isLong) sink.uint16(0);
}

function writeItem(sink: ByteSink, item: DicomValue, explicit: boolean): void {
  if (typeof item !== 'object' || item === null) throw new DicomError('malformed');
  sink.uint16(ITEM >>> 16);
  sink.uint16(ITEM & 0xffff);
  const dataset = item as DicomDataset; // an object in an SQ element is an item, PS3.18 F.2.2
  sink.measured(() => writeElements(sink, dataset, explicit));
}
