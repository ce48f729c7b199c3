import { execFile, type ExecFileException, execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';

/** The peers' programs of the machine. A test that lacks one says so and passes over. */
export function isInstalled(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    process.stdout.write(`Not installed here, so not tried: ${program}\n`);
    return false;
  }
}

export interface Ended {
  readonly code: number;
  /** Both outputs; a byte each letter, since names in it may be of any character set. */
  readonly text: string;
}

export function run(program: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { encoding: 'latin1', maxBuffer: 64 * 1024 * 1024, timeout: 60_000 } as const;
    const ended = (error: ExecFileException | null, stdout: string, stderr: string): void =>
      resolve({ code: Number(error?.code ?? 0), text: stdout + stderr });
    execFile(program, args, options, ended);
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
