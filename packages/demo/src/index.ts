export type { DemoFile } from './demo-file.ts';
export { demoStudies } from './demo-studies.ts';
