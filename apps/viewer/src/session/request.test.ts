import { describe, expect, it } from 'vitest';
import { request, RequestError, type RequestWorld } from './request.ts';

type Answer = Response | Error;

function worldOf(...answers: Answer[]): RequestWorld & { pauses: number[]; asked: number } {
  const world = {
    pauses: [] as number[],
    asked: 0,
    fetch: (): Promise<Response> => {
      const answer = answers[world.asked++] ?? new Error('asked too often');
      return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer);
    },
    sleep: (milliseconds: number): Promise<void> => {
      world.pauses.push(milliseconds);
      return Promise.resolve();
    },
    random: () => 0.5,
  };
  return world;
}

const answer = (status: number, headers: Record<string, string> = {}) =>
  new Response('ok', { status, headers });
const text = (response: Response) => response.text();
const ask = (world: RequestWorld, signal?: AbortSignal) =>
  request(world, '/x', { accept: '*/*', ...(signal && { signal }) }, text);

describe('request', () => {
  it('gives what the archive answers', async () => {
    expect(await ask(worldOf(answer(200)))).toBe('ok');
  });

  it('tries again after a failure, with pauses that grow', async () => {
    const world = worldOf(new TypeError('offline'), answer(503), answer(200));
    expect(await ask(world)).toBe('ok');
    expect(world.pauses).toEqual([300, 600]);
  });

  it('gives up after three tries', async () => {
    const world = worldOf(answer(503), answer(502), answer(504), answer(200));
    await expect(ask(world)).rejects.toMatchObject({ failure: 'unreachable' });
    expect(world.asked).toBe(3);
  });

  it('does not take an error over one thing for an archive that is away', async () => {
    const world = worldOf(answer(500), answer(500), answer(500));
    await expect(ask(world)).rejects.toMatchObject({ failure: 'failed', problem: undefined });
    expect(world.asked).toBe(3);
  });

  it('does not ask again for what the archive has found to be damaged, and passes its code on', async () => {
    const body = JSON.stringify({ code: 'frame_damaged' });
    const headers = { 'Content-Type': 'application/problem+json' };
    const world = worldOf(new Response(body, { status: 500, headers }), answer(200));
    await expect(ask(world)).rejects.toMatchObject({ failure: 'failed', problem: 'frame_damaged' });
    expect(world.asked).toBe(1);
  });

  it('waits as long as the archive asks for, within reason', async () => {
    const world = worldOf(
      answer(503, { 'Retry-After': '2' }),
      answer(429, { 'Retry-After': '3600' }),
      answer(200),
    );
    await ask(world);
    expect(world.pauses).toEqual([2000, 10_000]);
  });

  it.each([
    [401, 'ended'],
    [403, 'forbidden'],
    [404, 'missing'],
    [410, 'missing'],
    [400, 'refused'],
    [406, 'refused'],
  ])('does not repeat a %i', async (status, failure) => {
    const world = worldOf(answer(status), answer(200));
    await expect(ask(world)).rejects.toMatchObject({ failure });
    expect(world.asked).toBe(1);
  });

  it('tries again when a body is cut', async () => {
    const cut = new Response(
      new ReadableStream({
        pull(controller) {
          controller.error(new TypeError('connection reset'));
        },
      }),
    );
    expect(await ask(worldOf(cut, answer(200)))).toBe('ok');
  });

  it('stops when nobody wants the answer any more', async () => {
    const controller = new AbortController();
    controller.abort(new Error('gone'));
    const world = worldOf(new TypeError('aborted'), answer(200));
    await expect(ask(world, controller.signal)).rejects.toThrow('gone');
    expect(world.asked).toBe(1);
  });

  it('does not ask again for an answer that its reader refuses', async () => {
    const world = worldOf(answer(200), answer(200));
    const refused = request(world, '/x', { accept: '*/*' }, () =>
      Promise.reject(new RequestError('refused')),
    );
    await expect(refused).rejects.toMatchObject({ failure: 'refused' });
    expect(world.asked).toBe(1);
  });

  it('names no address in its errors', async () => {
    const error = await ask(worldOf(answer(404))).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RequestError);
    expect(String(error)).not.toContain('/x');
  });
});
