import { Agent, get } from 'node:http';

/** How many requests a second `clients` keep-alive connections get answered in `seconds`, each body read to its end. */
export async function requestsPerSecond(options: {
  readonly url: (request: number) => string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clients: number;
  readonly seconds: number;
}): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.clients });
  let count = 0;
  const start = performance.now();
  const until = start + options.seconds * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < until) {
      await readAll(options.url(count), options.headers, agent);
      count++;
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  const elapsed = (performance.now() - start) / 1000;
  agent.destroy();
  return count / elapsed;
}

function readAll(url: string, headers: Readonly<Record<string, string>>, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`the bench was answered ${response.statusCode}`));
      response.on('data', () => undefined);
      response.on('end', resolve);
      response.on('error', reject);
    }).on('error', reject);
  });
}
