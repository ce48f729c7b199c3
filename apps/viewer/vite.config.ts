import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressAssets } from './build/compress-assets.ts';
import { inlineTags } from './build/inline-tags.ts';
import { noNodeModules } from './build/no-node-modules.ts';
import { viewerPage } from './build/viewer-page.ts';

/** Builds `dist/`: index.html with the first paint inside, and everything else below /assets/ with hashed names. */
export default defineConfig({
  plugins: [inlineTags(), react(), viewerPage(), compressAssets()],
  publicDir: false,
  build: {
    target: 'es2023',
    cssCodeSplit: false,
    modulePreload: false,
    // Small files stay files: the page's policy allows no data: fonts and no data: WebAssembly.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { input: { application: 'src/main.tsx' } },
  },
  worker: { format: 'es', plugins: () => [inlineTags(), noNodeModules()] },
});
