import type { Bootstrap } from '@sightline/contract';

/** Reads what the gateway wrote into the page; undefined when the page was not served by a gateway. */
export function readBootstrap(page: Document): Bootstrap | undefined {
  const text = page.getElementById('sightline-bootstrap')?.textContent;
  return text ? (JSON.parse(text) as Bootstrap) : undefined; // written by the gateway of the same build
}
