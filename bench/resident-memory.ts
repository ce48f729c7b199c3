import { readFile } from 'node:fs/promises';

const MEBIBYTE = 1024 ** 2;

/** Of a process, in MiB. Linux only; 0 elsewhere. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024) / MEBIBYTE;
}
