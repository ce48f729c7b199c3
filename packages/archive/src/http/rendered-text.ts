import { datasetToXml, type DicomDataset } from '@sightline/dicom';
import { formatMediaType, writeMultipart, type HttpResponse, type Part } from '@sightline/dicomweb';
import type { StoredInstance } from '../index/index-store.ts';
import { readReport } from '../report/report.ts';
import { reportHtml, reportPolicy } from '../report/report-html.ts';
import { reportText } from '../report/report-text.ts';
import { negotiate } from './accept.ts';
import { PRIVATE_CACHE } from './conditional.ts';
import { ArchiveProblem } from './problems.ts';
import { readAhead } from './read-ahead.ts';
import { datasetOf } from './rendered-images.ts';
import { valueOf } from './rendered-parameters.ts';
import { instanceUrl, type Asked, type Services } from './transaction.ts';

type WriteText = (dataset: DicomDataset) => string;

/** PS3.18 table 8.7.4-1, text. The XML is the Native DICOM Model. */
const writers: Readonly<Record<string, WriteText>> = {
  'text/html': (dataset) => reportHtml(readReport(dataset)),
  'text/plain': (dataset) => reportText(readReport(dataset)),
  'text/xml': datasetToXml,
};
const offers = Object.keys(writers).map((mediaType) => ({ mediaType, multipart: false }));

/** A structured report or key object selection, whole, to be read. */
export async function renderedText(
  instance: StoredInstance,
  asked: Asked,
  services: Services,
): Promise<HttpResponse> {
  checkCharset(asked);
  const { mediaType } = negotiate(asked, offers);
  const write = writers[mediaType];
  if (!write) throw new ArchiveProblem('not_acceptable');
  return {
    status: 200,
    headers: {
      'content-type': `${mediaType}; charset=utf-8`,
      'content-security-policy': reportPolicy,
      'x-content-type-options': 'nosniff',
      'cache-control': PRIVATE_CACHE,
      vary: 'accept',
    },
    body: write(await datasetOf(instance, services)),
  };
}

/** Several of them, each as one part, in order. The first is read before the answer begins, so that it can be a status. */
export async function renderedTexts(
  instances: readonly StoredInstance[],
  asked: Asked,
  services: Services,
): Promise<HttpResponse> {
  checkCharset(asked);
  const { mediaType } = negotiate(
    asked,
    offers.map((offer) => ({ ...offer, multipart: true })),
  );
  const write = writers[mediaType];
  const [first, ...others] = instances;
  if (!write || !first) throw new ArchiveProblem('not_acceptable');
  const partOf = async (instance: StoredInstance): Promise<Part> => {
    const body = new TextEncoder().encode(write(await datasetOf(instance, services)));
    return {
      headers: {
        'Content-Type': `${mediaType}; charset=utf-8`,
        'Content-Length': String(body.length),
        'Content-Location': `${instanceUrl(asked.context.root, instance)}/rendered`,
      },
      body,
    };
  };
  const firstPart = await partOf(first);
  async function* parts(): AsyncGenerator<Part> {
    yield firstPart;
    yield* readAhead(others, partOf);
  }
  const boundary = services.newBoundary();
  return {
    status: 200,
    headers: {
      'content-type': formatMediaType('multipart/related', { type: mediaType, boundary }),
      'content-security-policy': reportPolicy,
      'x-content-type-options': 'nosniff',
      'cache-control': PRIVATE_CACHE,
      vary: 'accept',
    },
    body: writeMultipart(boundary, parts()),
  };
}

/** PS3.18 8.3.5.1.6: texts are given in UTF-8, which holds whatever they hold. */
export function checkCharset({ query }: Pick<Asked, 'query'>): void {
  const charset = valueOf(query, 'charset');
  if (charset === undefined) return;
  const isOffered = charset
    .split(',')
    .some((name) => /^\s*utf-?8(\s*;.*)?$/i.test(name) || name.trim() === '*');
  if (!isOffered) throw new ArchiveProblem('not_acceptable');
}
