import type { TestGateway } from './gateway.ts';

type Attributes = Readonly<Record<string, { readonly Value?: readonly string[] }>>;

/** Every study of the archive, as a DICOMweb search answers it. */
async function searchForStudies({ url, apiKey }: TestGateway): Promise<readonly Attributes[]> {
  const response = await fetch(`${url}/dicom-web/studies?limit=5000&includefield=StudyDescription`, {
    headers: { authorization: `Bearer ${apiKey}`, accept: 'application/dicom+json' },
  });
  return (await response.json()) as readonly Attributes[]; // PS3.18 annex F
}

const uidOf = (study: Attributes): string => study['0020000D']?.Value?.[0] ?? '';

export async function studyUids(gateway: TestGateway): Promise<string[]> {
  return (await searchForStudies(gateway)).map(uidOf);
}

/** The newest study with exactly this description. */
export async function studyUid(gateway: TestGateway, description: string): Promise<string> {
  const studies = await searchForStudies(gateway);
  const study = studies.find((attributes) => attributes['00081030']?.Value?.[0] === description);
  if (!study) throw new Error('The archive has no study of that description.');
  return uidOf(study);
}
