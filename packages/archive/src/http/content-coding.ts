import { parseAccept } from '@sightline/dicomweb';
import { createLru } from '../lru.ts';

/** Browsers and libraries each send one of a few. */
const known = createLru<{ readonly isGzip: boolean }>(200, () => 1);

/** Whether an Accept-Encoding header takes gzip, RFC 9110 12.5.3. Without the header nothing is compressed. */
export function acceptsGzip(header: string | undefined): boolean {
  if (!header) return false;
  const remembered = known.get(header);
  if (remembered) return remembered.isGzip;
  const codings = header.split(',').flatMap((coding) => parseAccept(`coding/${coding.trim()}`));
  const find = (name: string): number | undefined => codings.find(({ type }) => type === `coding/${name}`)?.q;
  const isGzip = (find('gzip') ?? find('*') ?? 0) > 0;
  known.set(header, { isGzip });
  return isGzip;
}
