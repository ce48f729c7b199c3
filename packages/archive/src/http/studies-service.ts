import { deleteObjects } from './delete-objects.ts';
import {
  searchForInstances,
  searchForSeries,
  searchForSeriesInstances,
  searchForStudies,
  searchForStudyInstances,
  searchForStudySeries,
} from './qido-rs.ts';
import { retrieveBulkdataBelow } from './retrieve-all-bulkdata.ts';
import { retrieveBulkdata } from './retrieve-bulkdata.ts';
import { retrieveFrames } from './retrieve-frames.ts';
import { retrieveInstance, retrieveInstances } from './retrieve-instances.ts';
import { retrieveMetadata } from './retrieve-metadata.ts';
import { retrievePixeldata } from './retrieve-pixeldata.ts';
import { retrieveRendered, retrieveThumbnail } from './retrieve-rendered.ts';
import { storeInstances } from './stow-rs.ts';
import type { Transaction } from './transaction.ts';

const STUDY = '/studies/{study}';
const SERIES = `${STUDY}/series/{series}`;
const INSTANCE = `${SERIES}/instances/{instance}`;
const FRAMES = `${INSTANCE}/frames/{frames}`;

const search = { method: 'GET', name: 'Search', section: '10.6' } as const;
const retrieve = { method: 'GET', name: 'Retrieve', section: '10.4' } as const;
const store = { method: 'POST', name: 'Store', section: '10.5' } as const;
/** The standard has none for this service. */
const remove = { method: 'DELETE', name: 'Delete', section: 'extension' } as const;

/** DICOM PS3.18, chapter 10. What is not on this list is not offered: no stub ever answers 200. HEAD goes with GET. */
export const studiesService: readonly Transaction[] = [
  { ...search, path: '/studies', handle: searchForStudies },
  { ...search, path: '/series', handle: searchForSeries },
  { ...search, path: '/instances', handle: searchForInstances },
  { ...search, path: `${STUDY}/series`, handle: searchForStudySeries },
  { ...search, path: `${STUDY}/instances`, handle: searchForStudyInstances },
  { ...search, path: `${SERIES}/instances`, handle: searchForSeriesInstances },
  { ...retrieve, path: STUDY, handle: retrieveInstances },
  { ...retrieve, path: SERIES, handle: retrieveInstances },
  { ...retrieve, path: INSTANCE, handle: retrieveInstance },
  { ...retrieve, path: `${STUDY}/metadata`, handle: retrieveMetadata },
  { ...retrieve, path: `${SERIES}/metadata`, handle: retrieveMetadata },
  { ...retrieve, path: `${INSTANCE}/metadata`, handle: retrieveMetadata },
  { ...retrieve, path: FRAMES, handle: retrieveFrames },
  { ...retrieve, path: `${STUDY}/bulkdata`, handle: retrieveBulkdataBelow },
  { ...retrieve, path: `${SERIES}/bulkdata`, handle: retrieveBulkdataBelow },
  { ...retrieve, path: `${INSTANCE}/bulkdata`, handle: retrieveBulkdataBelow },
  { ...retrieve, path: `${INSTANCE}/bulkdata/{bulk}`, handle: retrieveBulkdata },
  { ...retrieve, path: `${STUDY}/pixeldata`, handle: retrievePixeldata },
  { ...retrieve, path: `${SERIES}/pixeldata`, handle: retrievePixeldata },
  { ...retrieve, path: `${INSTANCE}/pixeldata`, handle: retrievePixeldata },
  { ...retrieve, path: `${STUDY}/rendered`, handle: retrieveRendered },
  { ...retrieve, path: `${SERIES}/rendered`, handle: retrieveRendered },
  { ...retrieve, path: `${INSTANCE}/rendered`, handle: retrieveRendered },
  { ...retrieve, path: `${FRAMES}/rendered`, handle: retrieveRendered },
  { ...retrieve, path: `${STUDY}/thumbnail`, handle: retrieveThumbnail },
  { ...retrieve, path: `${SERIES}/thumbnail`, handle: retrieveThumbnail },
  { ...retrieve, path: `${INSTANCE}/thumbnail`, handle: retrieveThumbnail },
  { ...retrieve, path: `${FRAMES}/thumbnail`, handle: retrieveThumbnail },
  { ...store, path: '/studies', handle: storeInstances },
  { ...store, path: STUDY, handle: storeInstances },
  { ...remove, path: STUDY, handle: deleteObjects },
  { ...remove, path: SERIES, handle: deleteObjects },
  { ...remove, path: INSTANCE, handle: deleteObjects },
];
