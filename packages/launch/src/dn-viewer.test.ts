import { asUid, type Uid } from '@sightline/dicom';
import { expect, test } from 'vitest';
import { buildDnManifest, dnViewerLink } from './dn-viewer.ts';

const uid = (text: string): Uid => asUid(text)!;
const manifest = {
  baseUrl: 'https://pacs.example/s/abc/dicom-web',
  studyUid: uid('1.2.3'),
  token: 'secret',
};

test('a manifest names one study, our own server and a bearer token', () => {
  expect(buildDnManifest({ ...manifest, provider: 'Clinic' })).toEqual({
    type: 'dicomweb-study',
    baseUrl: 'https://pacs.example/s/abc/dicom-web',
    studyUid: '1.2.3',
    provider: 'Clinic',
    replaceWorkspace: true,
    firstParty: true,
    auth: { type: 'bearer', token: 'secret' },
  });
});

test('a manifest without a provider has no such key, and false stays false', () => {
  const built = buildDnManifest({ ...manifest, replaceWorkspace: false });
  expect(built).not.toHaveProperty('provider');
  expect(built.replaceWorkspace).toBe(false);
});

test('a link encodes the whole manifest URL as one value', () => {
  const url = 'https://portal.example/launch/a?b=c&auth=bearer#d "e"';
  const link = new URL(dnViewerLink(url));
  expect([...link.searchParams]).toEqual([['manifest', url]]);
  expect(link.host).toBe('open');
});
