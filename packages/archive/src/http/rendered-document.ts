import { getBytes, getNumber, getText } from '@sightline/dicom';
import type { HttpResponse } from '@sightline/dicomweb';
import type { StoredInstance } from '../index/index-store.ts';
import { negotiate } from './accept.ts';
import { ArchiveProblem } from './problems.ts';
import { datasetOf } from './rendered-images.ts';
import { singlePartResponse } from './single-part.ts';
import type { Asked, Services } from './transaction.ts';

const ENCAPSULATED_DOCUMENT = '00420011';
const MIME_TYPE = '00420012';
const DOCUMENT_LENGTH = '00420015';

/** What may be in an object of each kind: never another type that the object itself claims. */
const kinds: Readonly<Record<string, { readonly mediaType: string; readonly name: string }>> = {
  'application/pdf': { mediaType: 'application/pdf', name: 'document.pdf' },
  'text/xml': { mediaType: 'text/xml', name: 'document.xml' },
};

/**
 * An encapsulated PDF or CDA as it is. It is other people's active contents: to be saved or read by a program that asked
 * for it, never to be opened by a browser as a page of ours.
 */
export async function renderedDocument(
  instance: StoredInstance,
  asked: Asked,
  services: Services,
): Promise<HttpResponse> {
  const dataset = await datasetOf(instance, services);
  const claimed = (getText(dataset, MIME_TYPE) ?? '').toLowerCase();
  const kind = Object.hasOwn(kinds, claimed) ? kinds[claimed] : undefined;
  if (!kind) throw new ArchiveProblem('no_image');
  negotiate(asked, [{ mediaType: kind.mediaType, multipart: false }]);
  const stated = getNumber(dataset, DOCUMENT_LENGTH);
  const inline = getBytes(dataset[ENCAPSULATED_DOCUMENT]);
  const bulk = inline ? undefined : await services.frames.bulk(instance, ENCAPSULATED_DOCUMENT);
  const available = inline?.length ?? bulk?.length;
  if (available === undefined) throw new ArchiveProblem('no_image');
  // The value is padded to an even length; the object may say where the document ends.
  const length = stated !== undefined && stated > 0 && stated <= available ? stated : available;
  const { mediaType: type, name } = kind;
  return singlePartResponse(asked, {
    type,
    length,
    etag: `"d-${instance.hash.slice(0, 32)}"`,
    headers: {
      'content-disposition': `attachment; filename="${name}"`,
      'content-security-policy':
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
    },
    read: async ({ offset, length: count } = { offset: 0, length }) =>
      inline
        ? inline.subarray(offset, offset + count)
        : (bulk?.read({ offset, length: count }) ?? new Uint8Array(0)),
  });
}
