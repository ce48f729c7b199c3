import type { Offer } from '@sightline/dicomweb';

/** What search, metadata and store answer. `application/json` is for clients that know nothing else. */
export const dicomJsonOffers: readonly Offer[] = [
  { mediaType: 'application/dicom+json', multipart: false },
  { mediaType: 'application/json', multipart: false },
];
