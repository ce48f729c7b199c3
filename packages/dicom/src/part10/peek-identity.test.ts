import { expect, test } from 'vitest';
import { writePart10 } from './write-part10.ts';
import { peekIdentity, statedIdentity } from './peek-identity.ts';

const dataset = {
  '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.7'] },
  '00080018': { vr: 'UI', Value: ['1.2.3.4'] },
} as const;
const file = writePart10({ dataset, transferSyntaxUid: '1.2.840.10008.1.2.1' });
const identity = { sopClassUid: '1.2.840.10008.5.1.4.1.1.7', sopInstanceUid: '1.2.3.4' };

test('says who a file is, though most of it is missing', () => {
  expect(peekIdentity(file)).toEqual(identity);
  expect(peekIdentity(file.subarray(0, file.length - 20))).toEqual(identity);
  expect(statedIdentity(dataset)).toEqual(identity);
});

test('says nothing of what is no file, and nothing wrong of one that ends anywhere', () => {
  expect(peekIdentity(new TextEncoder().encode('no file'))).toEqual({});
  for (let length = 0; length < file.length; length += 1) {
    expect(identity).toMatchObject(peekIdentity(file.subarray(0, length)));
  }
});

test('repeats nothing that is no UID', () => {
  const bad = { ...dataset, '00080018': { vr: 'UI', Value: ['<script>'] } } as const;
  expect(peekIdentity(writePart10({ dataset: bad, transferSyntaxUid: '1.2.840.10008.1.2.1' }))).toEqual({
    sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
  });
});
