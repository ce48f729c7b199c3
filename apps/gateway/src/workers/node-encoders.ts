import { createRequire } from 'node:module';
import type { EncoderModules, Encoders } from '@sightline/dicom/decode';

const require = createRequire(import.meta.url);

/** Of the packages with the codecs, the builds that encode as well. */
const specifiers: Readonly<Record<keyof EncoderModules, string>> = {
  charls: '@cornerstonejs/codec-charls/wasmjs',
  openjpeg: '@cornerstonejs/codec-openjpeg/wasmjs',
  openjph: '@cornerstonejs/codec-openjph/wasmjs',
};

type Factory<Module> = (options: object) => Promise<Module>;
type AnyModule = EncoderModules[keyof EncoderModules];

/** The encoders of `@sightline/dicom/decode` from node_modules. Each WebAssembly module loads when first needed. */
export function nodeEncoders(): Encoders {
  const modules = new Map<keyof EncoderModules, Promise<AnyModule>>();
  return {
    get<Name extends keyof EncoderModules>(name: Name) {
      const known = modules.get(name) ?? load(name);
      modules.set(name, known);
      known.catch(() => modules.delete(name));
      return known as Promise<EncoderModules[Name]>; // stored under its name
    },
    discard: (name) => void modules.delete(name),
  };
}

/** CommonJS without types: a function that makes a module, and would write on the console. */
function load(name: keyof EncoderModules): Promise<AnyModule> {
  const factory = require(specifiers[name]) as Factory<AnyModule>; // as its documentation has it
  return factory({ print: () => {}, printErr: () => {} });
}
