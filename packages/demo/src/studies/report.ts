import { encodeBase64 } from '@sightline/dicom';
import { code, dataset } from '../dataset.ts';
import { type DemoFile, demoFile } from '../demo-file.ts';
import { demoUid } from '../identifiers.ts';
import { commonAttributes } from '../patients.ts';
import { writePdf } from '../pdf.ts';
import { ctHeadStudy } from './ct-head.ts';

const ENCAPSULATED_PDF_STORAGE = '1.2.840.10008.5.1.4.1.1.104.1';

const lines = [
  'Northbridge Hospital (demo), department of radiology',
  '',
  'Patient: DEMO, MARGARET ANNE     ID: SLD-1001     Born: 1958-03-17',
  'Examination: CT head with contrast, 2025-06-12     Accession: DEMO-24117',
  'Comparison: CT head, 2024-05-27',
  '',
  'Findings',
  'Ring-enhancing lesion in the white matter of the right frontal lobe, 26 mm',
  '(previously 11 mm), with surrounding oedema that spares the cortex.',
  'Slight effacement of the neighbouring sulci. Ventricles of normal width.',
  'No haemorrhage. No fracture. Paranasal sinuses and mastoid cells aerated.',
  '',
  'Impression',
  'Growth of the known lesion since the comparison.',
  '',
  'DEMO DATA: an invented patient and computed images. Not a medical report.',
];

/** The report of the CT study, as an encapsulated PDF (PS3.3 A.45.1, C.24.2). */
export function* report(): Generator<DemoFile> {
  const pdf = writePdf('Radiology report - DEMO DATA', lines);
  const series = { key: 'ct-head/900', number: 900, modality: 'DOC', description: 'Report' };
  const instance = { number: 1, sopClassUid: ENCAPSULATED_PDF_STORAGE, uid: demoUid('ct-head/900/1') };
  const document = dataset({
    AcquisitionDateTime: [],
    ConversionType: 'WSD',
    BurnedInAnnotation: 'YES',
    DocumentTitle: 'Radiology report',
    ConceptNameCodeSequence: [code('18748-4', 'LN', 'Diagnostic imaging report')],
    MIMETypeOfEncapsulatedDocument: 'application/pdf',
    EncapsulatedDocumentLength: pdf.length,
    EncapsulatedDocument: { vr: 'OB', InlineBinary: encodeBase64(pdf) },
  });
  yield demoFile('ct-head/report.dcm', { ...commonAttributes(ctHeadStudy, series, instance), ...document });
}
