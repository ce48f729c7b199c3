import { randomBytes } from 'node:crypto';

/** Support codes: a random word for this run of the server, then a count. Short enough to be read out on a telephone. */
export function createRequestIds(): () => string {
  const run = randomBytes(3).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${run}-${count.toString(36)}`;
  };
}
