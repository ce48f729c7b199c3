import type { DemoFile } from './demo-file.ts';
import { chestRadiograph } from './studies/chest-radiograph.ts';
import { ctHead, ctHeadPrior } from './studies/ct-head.ts';
import { mrBrain } from './studies/mr-brain.ts';
import { report } from './studies/report.ts';
import { ultrasoundHeart } from './studies/ultrasound-heart.ts';

/**
 * The demo studies as DICOM files, each computed when it is asked for: a CT of the head with a report and a prior, an
 * MR of the brain, a colour ultrasound of the heart and a chest radiograph, of four invented patients. The same bytes
 * in every run. "DEMO DATA" stands in the pixels of every image.
 */
export function* demoStudies(): Generator<DemoFile> {
  yield* ctHead();
  yield* report();
  yield* ctHeadPrior();
  yield* mrBrain();
  yield* ultrasoundHeart();
  yield* chestRadiograph();
}
