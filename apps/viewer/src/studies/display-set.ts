import { getNumber, getText, Tag, type DicomDataset } from '@sightline/dicom';
import { imagesOf, type Instance, type StackImage } from './instance.ts';
import { sortInstances } from './sort-instances.ts';
import { splitSeries } from './split-rules.ts';
import { unsupportedObject, type UnsupportedObject } from './unsupported-object.ts';

/** What a viewport shows: a stack of images, or an object of a kind that it can only name. */
export interface DisplaySet {
  /** Unique in the session. */
  readonly id: string;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly modality: string;
  readonly seriesNumber: number | undefined;
  readonly description: string;
  /** Empty when unsupported. */
  readonly images: readonly StackImage[];
  readonly instances: readonly Instance[];
  readonly unsupported: UnsupportedObject | undefined;
  /** Instances that the archive says the series has, beyond those it described. */
  readonly missingInstances: number;
  /** True for the first image alone, until its series' metadata says what else there is. */
  readonly isProvisional: boolean;
}

/**
 * The display sets of one series.
 * @param relatedInstances Number of Series Related Instances from the search; undefined when the archive does not say.
 */
export function displaySetsOf(
  metadata: readonly Instance[],
  relatedInstances: number | undefined,
): readonly DisplaySet[] {
  const missingInstances = Math.max(0, (relatedInstances ?? 0) - metadata.length);
  const groups = splitSeries(sortInstances(metadata));
  return groups.flatMap(({ id, instances }) => {
    const [first] = instances;
    return first ? [displaySet(`${first.seriesInstanceUid}/${id}`, first, instances, missingInstances)] : [];
  });
}

function displaySet(
  id: string,
  first: Instance,
  instances: readonly Instance[],
  missingInstances: number,
): DisplaySet {
  const unsupported = unsupportedObject(first);
  return {
    id,
    studyInstanceUid: first.studyInstanceUid,
    seriesInstanceUid: first.seriesInstanceUid,
    ...seriesFacts(first.dataset),
    images: unsupported ? [] : imagesOf(instances),
    instances,
    unsupported,
    missingInstances,
    isProvisional: false,
  };
}

/** A stack of one image that is known before its series is. */
export function provisionalDisplaySet(image: StackImage): DisplaySet {
  const { instance } = image;
  return {
    ...displaySet(`${instance.seriesInstanceUid}/first image`, instance, [instance], 0),
    images: [image],
    isProvisional: true,
  };
}

/** The same facts from an instance's metadata and from a search result. */
export function seriesFacts(dataset: DicomDataset): {
  readonly modality: string;
  readonly seriesNumber: number | undefined;
  readonly description: string;
} {
  return {
    modality: getText(dataset, Tag.Modality) ?? '',
    seriesNumber: getNumber(dataset, Tag.SeriesNumber),
    description: getText(dataset, Tag.SeriesDescription) ?? getText(dataset, Tag.ProtocolName) ?? '',
  };
}
