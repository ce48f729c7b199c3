import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tinyFile } from './testing/tiny-file.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../bin/sightline.cjs', import.meta.url));
const hasViewer = existsSync(new URL('../../viewer/dist/index.html', import.meta.url));
if (!hasViewer) console.warn('Skipped: the viewer is not built (npm run build), so serve is not tested.');
const PATIENT = 'DOE^JANE';
const STUDY = '1.2.826.0.1.3680043.8.498.7001';

let folder: string;
const running = new Set<ChildProcess>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-cli-'));
});
afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  rmSync(folder, { recursive: true });
});

type Environment = Readonly<Record<string, string>>;

interface Started {
  readonly child: ChildProcess;
  readonly output: { out: string; err: string };
  readonly ended: Promise<number | null>;
}

function start(args: readonly string[], environment: Environment = {}, script = MAIN): Started {
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('SIGHTLINE_'));
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      SIGHTLINE_PORT: '0',
      SIGHTLINE_DEMO: 'off',
      SIGHTLINE_DATA_DIR: join(folder, 'data'),
      ...environment,
    },
  });
  running.add(child);
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.err += text;
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null; // what Node gives to "close"
  });
  return { child, output, ended };
}

async function run(args: readonly string[], environment: Environment = {}, script = MAIN) {
  const { output, ended } = start(args, environment, script);
  const code = await ended;
  return { code, ...output };
}

async function serve(environment: Environment = {}) {
  const started = start(['serve'], environment);
  await expect.poll(() => started.output.out, { timeout: 20_000 }).toContain('\n');
  const line = JSON.parse(started.output.out) as { event: string; url: string; apiKeyFile?: string };
  return { ...started, line };
}

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, 'in', name);
  mkdirSync(join(folder, 'in'), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** One line, no stack, exit code 1. */
function expectOneSentence(
  result: { code: number | null; out: string; err: string },
  sentence: RegExp,
): void {
  expect(result.err).toMatch(sentence);
  expect(result.err.trimEnd()).not.toContain('\n');
  expect(result.out).toBe('');
  expect(result.code).toBe(1);
}

describe('the command', () => {
  test.each([
    ['nothing', [], /A command is missing\./],
    ['an unknown command', ['serv'], /There is no such command\./],
    ['serve with arguments', ['serve', '--port'], /serve takes no arguments/],
    ['import without a path', ['import'], /import needs at least one file or folder\./],
  ])('given %s says so and ends with 2', async (_name, args, sentence) => {
    const { code, out, err } = await run(args);
    expect(err).toMatch(sentence);
    expect([code, out]).toEqual([2, '']);
  });

  test('explains itself and names its version, through the launcher as well', async () => {
    expect(await run(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('sightline <command>'),
    });
    const version = await run(['--version'], {}, LAUNCHER);
    expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
  });
});

describe('import', () => {
  test('takes what is readable and names the rest with its reason', async () => {
    const good = tinyFile({ study: STUDY, instance: `${STUDY}.1.1`, patient: PATIENT });
    write('good.dcm', good);
    write('cut.dcm', good.subarray(0, good.length - 3));
    write('notes.txt', 'not DICOM');
    write('empty', '');
    const { code, out, err } = await run(['import', join(folder, 'in')]);
    expect(out).toMatch(/^Stored 1, already there 0, refused 3\.\n/);
    for (const name of ['cut.dcm', 'notes.txt', 'empty'])
      expect(out).toContain(`  ${join(folder, 'in', name)}\n`);
    expect(out).toContain('This is not a DICOM file. (');
    expect(code).toBe(0);
    expect(err).toMatch(/^Importing into the archive in \S+\n$/);
    expect((await run(['import', join(folder, 'in')])).out).toMatch(
      /^Stored 0, already there 1, refused 3\.\n/,
    );
  });

  test('ends with 1 when nothing could be stored, or a path does not exist', async () => {
    expect(await run(['import', write('notes.txt', 'not DICOM')])).toMatchObject({ code: 1 });
    const good = write('good.dcm', tinyFile({ study: STUDY, instance: `${STUDY}.1.1`, patient: PATIENT }));
    const missing = await run(['import', good, join(folder, 'absent')]);
    expect(missing).toMatchObject({
      code: 1,
      out: expect.stringContaining('There is no such file or folder. (1)'),
    });
    expect(missing.out).toMatch(/^Stored 1,/);
  });
});

test.each([['verify'], ['audit'], ['delete', '1.2.3']])(
  '%s says that there is no archive, rather than that all of it is well, and makes none',
  async (...args) => {
    const data = join(folder, 'nowhere');
    expectOneSentence(await run(args, { SIGHTLINE_DATA_DIR: data }), /^There is no archive in .*nowhere\./);
    expect(existsSync(data)).toBe(false);
  },
);

test('audit names the file that is damaged, and what to do', async () => {
  const data = join(folder, 'damaged');
  mkdirSync(data);
  writeFileSync(join(data, 'gateway.sqlite'), 'no database at all '.repeat(500));
  expectOneSentence(
    await run(['audit'], { SIGHTLINE_DATA_DIR: data }),
    /^The file gateway\.sqlite .* is damaged: .* backup/,
  );
});

describe('serve refuses in one sentence', () => {
  test('a configuration that cannot be used, with every bad key', async () => {
    const { code, err } = await run(['serve'], { SIGHTLINE_PORT: 'x', SIGHTLINE_LOG_LEVEL: 'loud' });
    expect(err).toMatch(/SIGHTLINE_PORT: .*\n.*SIGHTLINE_LOG_LEVEL: /);
    expect(code).toBe(1);
  });

  test('an address beyond this machine', async () => {
    expectOneSentence(await run(['serve'], { SIGHTLINE_HOST: '0.0.0.0' }), /needs an API key .* and a login/);
  });

  test('a data folder that cannot be written', async () => {
    const environment = { SIGHTLINE_DATA_DIR: join(write('file', ''), 'data') };
    expectOneSentence(await run(['serve'], environment), /^The data folder cannot be written\./);
  });

  // Node's own way of making several folders never ends there.
  test.runIf(existsSync('/proc/self'))('a data folder that the system has no room for', async () => {
    const environment = { SIGHTLINE_DATA_DIR: '/proc/sightline/data' };
    expectOneSentence(await run(['serve'], environment), /^The data folder cannot be written\./);
  });
});

describe.skipIf(!hasViewer)('serve (needs the built viewer)', () => {
  test('says when it listens, keeps its own key private, and ends on SIGTERM', async () => {
    const { child, line, ended, output } = await serve();
    expect(line).toMatchObject({
      event: 'listening',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
    expect((await fetch(`${line.url}/healthz`)).status).toBe(200);
    const keyFile = line.apiKeyFile ?? '';
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const authorization = `Bearer ${readFileSync(keyFile, 'utf8').trim()}`;
    expect((await fetch(`${line.url}/dicom-web/studies`, { headers: { authorization } })).ok).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(output.err).not.toContain(authorization.slice(7));
  });

  test('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const result = await run(['serve'], { SIGHTLINE_PORT: port });
    other.close();
    expectOneSentence(result, /^The port is already taken by another program\./);
  });

  test('keeps a second server off its data folder, and lets an import in', async () => {
    const { line } = await serve({ SIGHTLINE_API_KEY: 'test-key-0123' });
    expectOneSentence(await run(['serve']), /^The data folder is in use by another Sightline server/);
    write('good.dcm', tinyFile({ study: STUDY, instance: `${STUDY}.1.1`, patient: PATIENT }));
    expect((await run(['import', join(folder, 'in')])).code).toBe(0);
    const found = await fetch(`${line.url}/dicom-web/studies`, {
      headers: { authorization: 'Bearer test-key-0123' },
    });
    expect(await found.json()).toHaveLength(1);
  });

  test('opens a study from launch to pixels, and logs nothing that names it', async () => {
    write('good.dcm', tinyFile({ study: STUDY, instance: `${STUDY}.1.1`, patient: PATIENT }));
    await run(['import', join(folder, 'in')]);
    const { line, output, child, ended } = await serve({
      SIGHTLINE_API_KEY: 'test-key-0123',
      SIGHTLINE_LOG_LEVEL: 'trace',
    });
    const launched = await fetch(`${line.url}/api/launches`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-key-0123', 'content-type': 'application/json' },
      body: JSON.stringify({
        selections: [{ target: { kind: 'studies', studyInstanceUids: [STUDY] } }],
        user: { name: 'reader of images' },
      }),
    });
    const { viewerUrl, ticket } = (await launched.json()) as { viewerUrl: string; ticket: string };
    const view = await fetch(viewerUrl, { redirect: 'manual' });
    const cookie = view.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    const page = await fetch(new URL(view.headers.get('location') ?? '', line.url), { headers: { cookie } });
    const text = /id="sightline-bootstrap">(.*?)<\/script>/.exec(await page.text())?.[1] ?? '';
    const { first } = JSON.parse(text) as { first: { pixelsUrl: string; previewUrl: string } };
    const pixels = await fetch(new URL(first.pixelsUrl, line.url), { headers: { cookie } });
    expect(pixels.headers.get('content-type')).toMatch(/^application\/octet-stream/);
    expect([...new Uint8Array(await pixels.arrayBuffer())]).toEqual([0, 64, 128, 255]);
    const preview = await fetch(new URL(first.previewUrl, line.url), { headers: { cookie } });
    expect(preview.headers.get('content-type')).toBe('image/jpeg');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);

    const secrets = [
      ticket,
      cookie.split('=')[1],
      STUDY,
      'DOE',
      'ID-OF-PATIENT',
      'reader of images',
      'test-key-0123',
    ];
    for (const secret of secrets) expect(output.err).not.toContain(secret);
    expect(output.err).toContain('"route":"/view"');
  });

  test('ends on SIGTERM though a client holds its connection', async () => {
    const { child, line, ended } = await serve({ SIGHTLINE_API_KEY: 'test-key-0123' });
    const held = connect(Number(new URL(line.url).port), '127.0.0.1');
    held.write('POST /api/launches HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-key-0123\r\n');
    held.write('Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
    held.on('error', () => {});
    await fetch(`${line.url}/healthz`);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    held.destroy();
  });
});
