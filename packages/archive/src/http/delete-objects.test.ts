import { expect, test } from 'vitest';
import { ask, once, openArchive } from '../test-support/in-process.ts';
import { synthetic } from '../test-support/synthetic.ts';

async function filled() {
  const archive = await openArchive();
  await archive.store(once(synthetic()));
  await archive.store(once(synthetic({ instance: '1.2.3.1.2' })));
  await archive.store(once(synthetic({ series: '1.2.3.2', instance: '1.2.3.2.1' })));
  return archive;
}

const STUDY = '/studies/1.2.3';
const remove = { method: 'DELETE' } as const;
const code = ({ status, json }: Awaited<ReturnType<typeof ask>>) => [status, json<{ code: string }>().code];

test.each([
  [`${STUDY}/series/1.2.3.1/instances/1.2.3.1.1`, 2],
  [`${STUDY}/series/1.2.3.1`, 1],
])('DELETE of %s takes away what is below it and leaves %i', async (path, left) => {
  const archive = await filled();
  const answer = await ask(archive, path, remove);
  expect([answer.status, answer.bytes.length]).toEqual([204, 0]);
  expect((await ask(archive, `${STUDY}/instances`)).json()).toHaveLength(left);
  expect(code(await ask(archive, path, remove))).toEqual([404, 'dicom_not_found']);
});

test('DELETE of a study leaves nothing of it', async () => {
  const archive = await filled();
  expect((await ask(archive, STUDY, remove)).status).toBe(204);
  expect(code(await ask(archive, `${STUDY}/metadata`))).toEqual([404, 'dicom_not_found']);
  expect(await archive.isEmpty()).toBe(true);
});

test('whoever may not delete is told so, whether there is such a study or not', async () => {
  const archive = await filled();
  for (const path of [STUDY, '/studies/1.9']) {
    expect(code(await ask(archive, path, { ...remove, canDelete: false }))).toEqual([
      403,
      'delete_not_allowed',
    ]);
  }
  expect(await archive.hasStudy('1.2.3')).toBe(true);
});

test('a study outside the scope is not there, and stays', async () => {
  const archive = await filled();
  const answer = await ask(archive, STUDY, { ...remove, studies: new Set(['1.9']) });
  expect(code(answer)).toEqual([404, 'dicom_not_found']);
  expect(await archive.hasStudy('1.2.3')).toBe(true);
});
