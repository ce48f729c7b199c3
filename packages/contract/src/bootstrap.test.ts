import { expect, test } from 'vitest';
import { type Bootstrap, bootstrapElement } from './bootstrap.ts';

const bootstrap = (label: string): Bootstrap => ({
  version: '0.0.0',
  session: { id: 's', expiresAt: '2026-01-01T00:00:00.000Z', label },
  dicomWebRoot: '/s/s/dicom-web',
  studies: [],
});

test('cannot be left by text inside it, and reads back unchanged', () => {
  const label = '</script><script>alert(1)</script><!--<script>';
  const element = bootstrapElement(bootstrap(label));
  const inside = /^<script type="application\/json" id="sightline-bootstrap">(.*)<\/script>$/.exec(
    element,
  )?.[1];
  expect(inside).toBeDefined();
  expect(inside).not.toContain('<');
  expect(JSON.parse(inside ?? '')).toEqual(bootstrap(label));
});
