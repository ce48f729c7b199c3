import { describe, expect, test } from 'vitest';
import { help } from './commands/help.ts';
import { configKeys, readConfig, StartError, unknownKeys } from './config.ts';

function failure(env: Readonly<Record<string, string>>): string {
  try {
    readConfig(env);
    return '';
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return error.message;
  }
}

describe('the configuration', () => {
  test('works with nothing set', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 8090,
      dataDir: './data',
      index: { kind: 'sqlite' },
      blobs: { kind: 'file' },
      demo: true,
      ticketTtlSeconds: 60,
      logLevel: 'info',
    });
  });

  test('takes every key, and an empty one as absent', () => {
    const config = readConfig({
      SIGHTLINE_HOST: '[::1]',
      SIGHTLINE_PORT: '0',
      SIGHTLINE_PUBLIC_URL: 'https://view.example',
      SIGHTLINE_DATA_DIR: '/srv/data',
      SIGHTLINE_INDEX: 'sqlite:',
      SIGHTLINE_BLOBS: 'file:',
      SIGHTLINE_API_KEY: 'test-key-0123',
      SIGHTLINE_DEMO: 'off',
      SIGHTLINE_TICKET_TTL_SECONDS: '300',
      SIGHTLINE_LOG_LEVEL: '',
      HOME: '/home/x',
    });
    expect(config).toEqual({
      host: '::1',
      port: 0,
      publicUrl: new URL('https://view.example'),
      dataDir: '/srv/data',
      index: { kind: 'sqlite' },
      blobs: { kind: 'file' },
      apiKey: 'test-key-0123',
      demo: false,
      ticketTtlSeconds: 300,
      logLevel: 'info',
    });
  });

  test.each([
    ['SIGHTLINE_HOST', 'no host!'],
    ['SIGHTLINE_PORT', '65536'],
    ['SIGHTLINE_PORT', '-1'],
    ['SIGHTLINE_PORT', '80a'],
    ['SIGHTLINE_PUBLIC_URL', 'view.example'],
    ['SIGHTLINE_PUBLIC_URL', 'https://view.example/below'],
    ['SIGHTLINE_INDEX', 'mysql://db/x'],
    ['SIGHTLINE_DIMSE_PORT', '70000'],
    ['SIGHTLINE_DIMSE_AE_TITLE', 'SEVENTEEN LETTERS'],
    ['SIGHTLINE_BLOBS', 's3:bucket'],
    ['SIGHTLINE_BLOBS', 's3://bucket?endpoint=http://far.example'],
    ['SIGHTLINE_API_KEY', 'short'],
    ['SIGHTLINE_API_KEY', 'with space in it'],
    ['SIGHTLINE_DEMO', 'maybe'],
    ['SIGHTLINE_TICKET_TTL_SECONDS', '0'],
    ['SIGHTLINE_TICKET_TTL_SECONDS', '301'],
    ['SIGHTLINE_LOG_LEVEL', 'loud'],
  ])('refuses %s=%s by name and never by value', (key, value) => {
    const message = failure({ [key]: value });
    expect(message).toContain(`${key}: must be`);
    expect(message.replace(/: must be .*$/, '')).not.toContain(value);
  });

  test('names all bad keys at once', () => {
    const message = failure({ SIGHTLINE_PORT: 'x', SIGHTLINE_API_KEY: 'x', SIGHTLINE_LOG_LEVEL: 'x' });
    for (const key of ['SIGHTLINE_PORT', 'SIGHTLINE_API_KEY', 'SIGHTLINE_LOG_LEVEL'])
      expect(message).toContain(key);
  });

  test.each([
    '0.0.0.0',
    '::',
    '192.168.1.5',
    'gateway.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
  ])('never listens on %s while there is no login', (host) => {
    expect(failure({ SIGHTLINE_HOST: host })).toMatch(/SIGHTLINE_API_KEY.* and a login/);
    expect(failure({ SIGHTLINE_HOST: host, SIGHTLINE_API_KEY: 'test-key-0123' })).toMatch(/needs a login/);
  });

  test.each(['127.0.0.1', '127.8.9.10', 'localhost', '::1', '[::1]'])('listens on %s', (host) => {
    expect(failure({ SIGHTLINE_HOST: host })).toBe('');
  });

  test('finds a slip of the pen', () => {
    expect(unknownKeys({ SIGHTLINE_PROT: '1', SIGHTLINE_PORT: '1', PATH: '' })).toEqual(['SIGHTLINE_PROT']);
  });

  test('is what the help text lists', () => {
    expect(help.match(/^ {2}SIGHTLINE_\w+/gm)?.map((key) => key.trim())).toEqual(configKeys);
  });
});
