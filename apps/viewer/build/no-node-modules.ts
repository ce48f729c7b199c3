import type { Plugin } from 'vite';

const EMPTY = '\0sightline:no-node-modules';

/** The codecs' glue code names Node's modules in branches that a browser never takes: they become empty modules. */
export function noNodeModules(): Plugin {
  return {
    name: 'sightline:no-node-modules',
    enforce: 'pre',
    resolveId: (id) => (['fs', 'path', 'crypto', 'module', 'worker_threads'].includes(id) ? EMPTY : null),
    load: (id) => (id === EMPTY ? 'export default {};' : null),
  };
}
