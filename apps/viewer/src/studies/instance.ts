import { getNumber, getText, Tag, type DicomDataset } from '@sightline/dicom';

/** One SOP instance as its metadata describes it. Everything shown about an image is read from here, next to its pixels. */
export interface Instance {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly numberOfFrames: number;
  readonly dataset: DicomDataset;
}

/** One frame of one instance: what a stack is made of. `frame` counts from 1. */
export interface StackImage {
  readonly instance: Instance;
  readonly frame: number;
}

/** Undefined when an identifier is missing: such metadata names no image. */
export function readInstance(dataset: DicomDataset): Instance | undefined {
  const studyInstanceUid = getText(dataset, Tag.StudyInstanceUID);
  const seriesInstanceUid = getText(dataset, Tag.SeriesInstanceUID);
  const sopInstanceUid = getText(dataset, Tag.SOPInstanceUID);
  if (!studyInstanceUid || !seriesInstanceUid || !sopInstanceUid) return undefined;
  return {
    studyInstanceUid,
    seriesInstanceUid,
    sopInstanceUid,
    sopClassUid: getText(dataset, Tag.SOPClassUID) ?? '',
    numberOfFrames: Math.max(1, getNumber(dataset, Tag.NumberOfFrames) ?? 1),
    dataset,
  };
}

/** Names one frame in caches and queues. */
export function imageKey({ instance, frame }: StackImage): string {
  return `${instance.sopInstanceUid}#${frame}`;
}

/** Every frame of every instance, in order. */
export function imagesOf(instances: readonly Instance[]): readonly StackImage[] {
  return instances.flatMap((instance) =>
    Array.from({ length: instance.numberOfFrames }, (_, index) => ({ instance, frame: index + 1 })),
  );
}
