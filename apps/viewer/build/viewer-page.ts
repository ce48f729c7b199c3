import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { inlineTags } from './inline-tags.ts';

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/**
 * Writes index.html: the style sheet linked, the first paint inline as one module script, and the application named in a
 * meta element, because the first paint asks for it only once the first image is on the screen.
 */
export function viewerPage(): Plugin {
  return {
    name: 'sightline:viewer-page',
    enforce: 'post', // after the style sheet has been written
    async generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const application = files.find((file) => file.type === 'chunk' && file.isEntry)?.fileName;
      const styles = files.filter((file) => file.fileName.endsWith('.css')).map((file) => file.fileName);
      if (!application || styles.length !== 1) this.error('expected one entry script and one style sheet');
      const page = await readFile(here('index.html'), 'utf8');
      const assets = [
        `<link rel="stylesheet" href="/${styles[0]}" />`,
        `<meta name="sightline-application" content="/${application}" />`,
      ].join('\n    ');
      const script = `<script type="module">${await firstPaintScript()}</script>`;
      const source = page
        .replace('<!--sightline:assets-->', () => assets)
        .replace('<!--sightline:first-paint-->', () => script);
      this.emitFile({ type: 'asset', fileName: 'index.html', source });
    },
  };
}

async function firstPaintScript(): Promise<string> {
  const result = await build({
    configFile: false,
    root: here(''),
    logLevel: 'warn',
    plugins: [inlineTags()],
    publicDir: false,
    build: {
      write: false,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: { input: here('src/first-paint.ts'), output: { codeSplitting: false } },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !('output' in output)) throw new Error('the first paint was not built');
  // "</script" in the code would end the element early.
  return output.output[0].code.trim().replaceAll('</script', '<\\/script');
}
