import { describe, expect, test } from 'vitest';
import { importViolations, layers } from './layers.ts';

describe('the direction rules', () => {
  test.each([
    ['packages/dicom/src/a.ts', "import { b } from '@sightline/archive';", 'may not use @sightline/archive'],
    ['packages/dicomweb/src/a.ts', "import { readFileSync } from 'node:fs';", 'pure'],
    ['apps/gateway/src/launch/a.ts', "import fastify from 'fastify';", 'used only under'],
    ['apps/viewer/src/viewport/a.ts', "import { useState } from 'react';", 'used only under'],
    [
      'apps/gateway/src/a.ts',
      "import { x } from '@sightline/dicom/src/uid.ts';",
      'inside of another package',
    ],
    ['apps/gateway/src/a.ts', "import { x } from '../../viewer/src/main.tsx';", 'inside of another package'],
    [
      'apps/viewer/src/a.ts',
      "const x = await import('@sightline/archive');",
      'may not use @sightline/archive',
    ],
    ['packages/archive/src/store.ts', 'const now = Date.now();', 'clock and chance'],
  ])('%s may not contain %s', (path, source, sentence) => {
    expect(importViolations(path, source).join()).toContain(sentence);
  });

  test.each([
    ['packages/archive/src/index/sqlite.ts', "import { DatabaseSync } from 'node:sqlite';"],
    ['apps/gateway/src/server.ts', "import fastify from 'fastify';"],
    ['apps/gateway/src/main.ts', "import { createArchive } from '@sightline/archive';"],
    ['packages/dicom/src/a.ts', "import { asUid } from './uid.ts';"],
  ])('%s may contain %s', (path, source) => {
    expect(importViolations(path, source)).toEqual([]);
  });

  test('name only packages on earlier lines, so that a cycle cannot be written', () => {
    const order = Object.keys(layers).map((path) => path.split('/')[1]);
    for (const [index, allowed] of Object.values(layers).entries()) {
      for (const name of allowed) expect(order.slice(0, index)).toContain(name);
    }
  });
});
