import type { TestGateway } from './gateway.ts';

/** What a portal does: asks for a launch of studies and gets the URL to send the person's browser to. */
export async function createLaunch(
  { url, apiKey }: Pick<TestGateway, 'url' | 'apiKey'>,
  ...studyInstanceUids: readonly string[]
): Promise<string> {
  const response = await fetch(`${url}/api/launches`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ selections: [{ target: { kind: 'studies', studyInstanceUids } }] }),
  });
  if (response.status !== 201) throw new Error(`The launch was answered ${response.status}.`);
  const { viewerUrl } = (await response.json()) as { viewerUrl: string }; // the contract of POST /api/launches
  return viewerUrl;
}
