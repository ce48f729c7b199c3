import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Who may use whom. Each line may name only packages on earlier lines, so a cycle cannot be written. */
export const layers: Readonly<Record<string, readonly string[]>> = {
  'packages/dicom': [],
  'packages/demo': ['dicom'],
  'packages/launch': ['dicom'],
  'packages/dicomweb': ['dicom'],
  'packages/archive': ['dicom', 'dicomweb'],
  'packages/contract': ['dicom', 'launch'],
  'apps/gateway': ['dicom', 'demo', 'launch', 'dicomweb', 'archive', 'contract'],
  'apps/viewer': ['dicom', 'dicomweb', 'contract'],
};

/** A vendor lives on one island; the rest of the code talks to our own interface. */
export const islands: readonly { readonly vendor: RegExp; readonly homes: readonly string[] }[] = [
  { vendor: /^fastify$|^@fastify\//, homes: ['apps/gateway/src/server.ts'] },
  { vendor: /^@julusian\/jpeg-turbo$/, homes: ['apps/gateway/src/workers/'] },
  { vendor: /^sharp$/, homes: ['apps/gateway/src/workers/'] },
  { vendor: /^node:worker_threads$/, homes: ['apps/gateway/src/workers/'] },
  {
    vendor: /^node:sqlite$/,
    homes: ['packages/archive/src/index/', 'apps/gateway/src/storage/'],
  },
  { vendor: /^pg$/, homes: ['packages/archive/src/index/'] },
  { vendor: /^dicom-parser$/, homes: ['packages/dicom/src/part10/'] },
  { vendor: /^saxes$/, homes: ['packages/dicom/src/native-model-reader.ts'] },
  {
    vendor: /^@cornerstonejs\//,
    homes: ['packages/dicom/src/decode/', 'apps/gateway/src/workers/', 'apps/viewer/src/decode/'],
  },
  { vendor: /^react$|^react-dom/, homes: ['apps/viewer/src/ui/', 'apps/viewer/src/main.tsx'] },
  { vendor: /^dcmjs-dimse$/, homes: ['apps/gateway/src/dimse/'] },
  { vendor: /^@aws-sdk\/|^@smithy\//, homes: ['packages/archive/src/blobs/'] },
  { vendor: /^pino$/, homes: ['apps/gateway/src/log.ts'] },
];

/** The only folders of a package that may touch Node at all; everywhere else a package is pure. */
const impureFolders = ['packages/archive/src/index/', 'packages/archive/src/blobs/'];

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Clock and chance come in as arguments, so that a test can hold them still. */
const AMBIENT = /\b(Date\.now|Math\.random|new Date\(\))/;

/** Every sentence names the file and what it may not do; an empty list means that the file keeps the rules. */
export function importViolations(path: string, source: string): string[] {
  const specifiers = [...source.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? '');
  return [
    ...specifiers.flatMap((specifier) => [
      ...insideViolation(path, specifier),
      ...layerViolation(path, specifier),
      ...islandViolation(path, specifier),
      ...purityViolation(path, specifier),
    ]),
    ...ambientViolation(path, source),
  ];
}

function insideViolation(path: string, specifier: string): string[] {
  const own = path.split('/').slice(0, 2).join('/');
  const target = specifier.startsWith('.') ? join(dirname(path), specifier).split(sep).join('/') : '';
  const leaves = /^(packages|apps)\//.test(path) && target !== '' && !target.startsWith(`${own}/`);
  const reachesIn = /^@sightline\/[^/]+\/src\//.test(specifier) || leaves;
  return reachesIn ? [`${path}: imports the inside of another package; import the package`] : [];
}

function layerViolation(path: string, specifier: string): string[] {
  const own = Object.keys(layers).find((layer) => path.startsWith(`${layer}/`));
  const name = /^@sightline\/([^/]+)/.exec(specifier)?.[1];
  if (!own || !name || isTest(path)) return [];
  return (layers[own] ?? []).includes(name) ? [] : [`${path}: ${own} may not use @sightline/${name}`];
}

function islandViolation(path: string, specifier: string): string[] {
  const island = islands.find(({ vendor }) => vendor.test(specifier));
  if (!island || isTest(path) || !/^(packages|apps)\//.test(path)) return [];
  return island.homes.some((home) => path.startsWith(home))
    ? []
    : [`${path}: ${specifier} is used only under ${island.homes.join(', ')}`];
}

function purityViolation(path: string, specifier: string): string[] {
  const isPure = path.startsWith('packages/') && !impureFolders.some((folder) => path.startsWith(folder));
  return isPure && !isTest(path) && specifier.startsWith('node:')
    ? [`${path}: a package is pure, so it may not import ${specifier}`]
    : [];
}

function ambientViolation(path: string, source: string): string[] {
  return path.startsWith('packages/') && !isTest(path) && AMBIENT.test(source)
    ? [`${path}: takes clock and chance as arguments, never from the surroundings`]
    : [];
}

const isTest = (path: string): boolean => /\.(test|contract)\.tsx?$|\/test-support\//.test(path);

/** All TypeScript files below the folders that hold the rules, as paths from the root. */
export function* sourceFiles(root: string, folder = root): Generator<string> {
  for (const name of readdirSync(folder)) {
    if (name === 'node_modules' || name === 'dist' || name.startsWith('.')) continue;
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* sourceFiles(root, path);
    else if (/\.tsx?$/.test(name)) yield relative(root, path).split(sep).join('/');
  }
}

/** package.json of each layer may name only what the layer may use: what is not declared cannot be relied on. */
function manifestViolations(root: string): string[] {
  return Object.entries(layers).flatMap(([folder, allowed]) => {
    const manifest: { dependencies?: Record<string, string> } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    );
    return Object.keys(manifest.dependencies ?? {})
      .filter((name) => name.startsWith('@sightline/'))
      .filter((name) => !allowed.includes(name.slice('@sightline/'.length)))
      .map((name) => `${folder}/package.json: may not depend on ${name}`);
  });
}

/** Walks the tree; one sentence per broken rule. */
export function treeViolations(root: string): string[] {
  const files = [...sourceFiles(root)];
  return [
    ...files.flatMap((path) => importViolations(path, readFileSync(join(root, path), 'utf8'))),
    ...manifestViolations(root),
  ];
}
