import { expect, test } from 'vitest';
import { createFrameRenderer } from './frame-renderer.ts';
import { warmUp } from './warm-up.ts';

test('the pixel that warms the threads up is one that they can render', async () => {
  const renderer = createFrameRenderer(1);
  const answers: number[] = [];
  await warmUp(
    {
      ...renderer,
      render: async (job) => {
        const picture = await renderer.render(job);
        answers.push(picture.length);
        return picture;
      },
    },
    2,
    0,
  );
  await renderer.close();
  expect(answers).toHaveLength(3);
  await expect(warmUp(renderer, 2, 0)).resolves.toBeUndefined();
});
