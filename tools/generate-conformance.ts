import { writeFileSync } from 'node:fs';
import { conformanceDocument } from './conformance/document.ts';

/** Writes CONFORMANCE.md. To be run after every change of what the archive offers; a test says when. */
writeFileSync(new URL('../CONFORMANCE.md', import.meta.url), conformanceDocument());
