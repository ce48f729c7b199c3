import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readConfig } from './config.ts';
import { parseBlobs, parseIndex } from './storage-settings.ts';

const peer = { aeTitle: 'CT1', host: '10.1.2.3', port: 104, may: ['store'] };

function fileWith(content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'sightline.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const withFile = (content: unknown, env: Readonly<Record<string, string>> = {}) =>
  readConfig({ SIGHTLINE_CONFIG: fileWith(content), ...env });

describe('the door for DIMSE', () => {
  test('is closed without a port, whatever the file says', () => {
    expect(readConfig({}).dimse).toBeUndefined();
    expect(withFile({ dimse: { peers: [peer] } }).dimse).toBeUndefined();
  });

  test('has its peers from the file', () => {
    const { dimse } = withFile({ dimse: { peers: [peer] } }, { SIGHTLINE_DIMSE_PORT: '11112' });
    expect(dimse).toEqual({ host: '127.0.0.1', port: 11112, aeTitle: 'SIGHTLINE', peers: [peer] });
  });

  test('opens to a network only for peers that are listed', () => {
    const env = { SIGHTLINE_DIMSE_PORT: '104', SIGHTLINE_DIMSE_HOST: '0.0.0.0' };
    expect(() => readConfig(env)).toThrow('SIGHTLINE_DIMSE_HOST: names an address beyond this machine');
    expect(withFile({ dimse: { peers: [peer] } }, env).dimse?.host).toBe('0.0.0.0');
  });
});

test.each([
  ['no JSON', 'secret{', 'SIGHTLINE_CONFIG: names a file that is not JSON'],
  ['an unknown key', { dimes: {} }, 'SIGHTLINE_CONFIG: dimes: is no setting'],
  ['another one', { dimse: { peers: [{ ...peer, aet: 'X' }] } }, 'dimse.peers.0.aet: is no setting'],
  ['a bad port', { dimse: { peers: [{ ...peer, port: 0 }] } }, 'dimse.peers.0.port: must be a number'],
  ['a long title', { dimse: { peers: [{ ...peer, aeTitle: 'X'.repeat(17) }] } }, 'peers.0.aeTitle: must be'],
  ['an unknown right', { dimse: { peers: [{ ...peer, may: ['delete'] }] } }, 'peers.0.may.0: must be of'],
  ['a title twice', { dimse: { peers: [peer, peer] } }, 'dimse.peers: names the same AE title twice'],
  ['a missing list', { dimse: {} }, 'dimse.peers: must be a list'],
])('a file with %s is refused by the name of the key', (_, content, message) => {
  expect(() => withFile(content)).toThrow(message);
});

test('a file that is not there is said so', () => {
  expect(() => readConfig({ SIGHTLINE_CONFIG: '/nowhere/sightline.json' })).toThrow(
    'SIGHTLINE_CONFIG: names no file that can be read',
  );
});

describe('storage', () => {
  test('is in S3 with credentials of the environment', () => {
    const url = 's3://images.example/sightline/a?endpoint=https://s3.example:9000&region=eu-west-1';
    const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };
    expect(readConfig({ SIGHTLINE_BLOBS: url, ...keys }).blobs).toEqual({
      kind: 's3',
      bucket: 'images.example',
      prefix: 'sightline/a/',
      endpoint: 'https://s3.example:9000',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' },
    });
  });

  test('needs those credentials, and says so by their names', () => {
    expect(() => readConfig({ SIGHTLINE_BLOBS: 's3://images' })).toThrow(
      'SIGHTLINE_BLOBS: needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  });

  test.each([
    's3://',
    's3://UPPER',
    's3://images/a%20b',
    's3://key:secret@images',
    's3://images?endpoint=http://far.example',
    's3://images?endpoint=https://s3.example/path',
    's3://images?acl=public',
    's3://images?region=not%20one',
    'file:/elsewhere',
    'gs://images',
  ])('is not at %s', (text) => {
    expect(parseBlobs(text)).toBeUndefined();
  });

  test('of S3 may be on this machine without TLS', () => {
    expect(parseBlobs('s3://images?endpoint=http://127.0.0.1:9000')).toMatchObject({ prefix: '' });
  });

  test('of the index is SQLite or PostgreSQL', () => {
    expect(parseIndex('sqlite:')).toEqual({ kind: 'sqlite' });
    expect(parseIndex('postgres://me@db/archive')).toEqual({
      kind: 'postgres',
      url: 'postgres://me@db/archive',
    });
    expect(parseIndex('mysql://db')).toBeUndefined();
  });
});
