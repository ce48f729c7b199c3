import { retrieveCapabilities } from './capabilities.ts';
import { requestCommitment, retrieveCommitment } from './commitment.ts';
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
import {
  allBulkdataClaims,
  bulkdataClaims,
  capabilitiesClaims,
  commitmentClaims,
  commitmentRequestClaims,
  deleteClaims,
  framesClaims,
  metadataClaims,
  objectClaims,
  objectsClaims,
  pixeldataClaims,
  renderedClaims,
  searchClaims,
  storeClaims,
  thumbnailClaims,
} from './service-claims.ts';
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
/** A service of its own, and a small one. */
const commitment = {
  section: '13',
  path: '/commitment-requests/{transaction}',
} as const;

/** DICOM PS3.18, chapter 10. What is not on this list is not offered: no stub ever answers 200. HEAD goes with GET. */
export const studiesService: readonly Transaction[] = [
  { ...search, path: '/studies', claims: searchClaims('study'), handle: searchForStudies },
  { ...search, path: '/series', claims: searchClaims('study', 'series'), handle: searchForSeries },
  {
    ...search,
    path: '/instances',
    claims: searchClaims('study', 'series', 'instance'),
    handle: searchForInstances,
  },
  { ...search, path: `${STUDY}/series`, claims: searchClaims('series'), handle: searchForStudySeries },
  {
    ...search,
    path: `${STUDY}/instances`,
    claims: searchClaims('series', 'instance'),
    handle: searchForStudyInstances,
  },
  {
    ...search,
    path: `${SERIES}/instances`,
    claims: searchClaims('instance'),
    handle: searchForSeriesInstances,
  },
  { ...retrieve, path: STUDY, claims: objectsClaims, handle: retrieveInstances },
  { ...retrieve, path: SERIES, claims: objectsClaims, handle: retrieveInstances },
  { ...retrieve, path: INSTANCE, claims: objectClaims, handle: retrieveInstance },
  { ...retrieve, path: `${STUDY}/metadata`, claims: metadataClaims, handle: retrieveMetadata },
  { ...retrieve, path: `${SERIES}/metadata`, claims: metadataClaims, handle: retrieveMetadata },
  { ...retrieve, path: `${INSTANCE}/metadata`, claims: metadataClaims, handle: retrieveMetadata },
  { ...retrieve, path: FRAMES, claims: framesClaims, handle: retrieveFrames },
  { ...retrieve, path: `${STUDY}/bulkdata`, claims: allBulkdataClaims, handle: retrieveBulkdataBelow },
  { ...retrieve, path: `${SERIES}/bulkdata`, claims: allBulkdataClaims, handle: retrieveBulkdataBelow },
  { ...retrieve, path: `${INSTANCE}/bulkdata`, claims: allBulkdataClaims, handle: retrieveBulkdataBelow },
  { ...retrieve, path: `${INSTANCE}/bulkdata/{bulk}`, claims: bulkdataClaims, handle: retrieveBulkdata },
  { ...retrieve, path: `${STUDY}/pixeldata`, claims: pixeldataClaims, handle: retrievePixeldata },
  { ...retrieve, path: `${SERIES}/pixeldata`, claims: pixeldataClaims, handle: retrievePixeldata },
  { ...retrieve, path: `${INSTANCE}/pixeldata`, claims: pixeldataClaims, handle: retrievePixeldata },
  { ...retrieve, path: `${STUDY}/rendered`, claims: renderedClaims, handle: retrieveRendered },
  { ...retrieve, path: `${SERIES}/rendered`, claims: renderedClaims, handle: retrieveRendered },
  { ...retrieve, path: `${INSTANCE}/rendered`, claims: renderedClaims, handle: retrieveRendered },
  { ...retrieve, path: `${FRAMES}/rendered`, claims: renderedClaims, handle: retrieveRendered },
  { ...retrieve, path: `${STUDY}/thumbnail`, claims: thumbnailClaims, handle: retrieveThumbnail },
  { ...retrieve, path: `${SERIES}/thumbnail`, claims: thumbnailClaims, handle: retrieveThumbnail },
  { ...retrieve, path: `${INSTANCE}/thumbnail`, claims: thumbnailClaims, handle: retrieveThumbnail },
  { ...retrieve, path: `${FRAMES}/thumbnail`, claims: thumbnailClaims, handle: retrieveThumbnail },
  { ...store, path: '/studies', claims: storeClaims, handle: storeInstances },
  { ...store, path: STUDY, claims: storeClaims, handle: storeInstances },
  { ...remove, path: STUDY, claims: deleteClaims, handle: deleteObjects },
  { ...remove, path: SERIES, claims: deleteClaims, handle: deleteObjects },
  { ...remove, path: INSTANCE, claims: deleteClaims, handle: deleteObjects },
  {
    ...commitment,
    method: 'POST',
    name: 'Commitment',
    claims: commitmentRequestClaims,
    handle: requestCommitment,
  },
  {
    ...commitment,
    method: 'GET',
    name: 'CommitmentResult',
    claims: commitmentClaims,
    handle: retrieveCommitment,
  },
  {
    method: 'OPTIONS',
    name: 'Capabilities',
    section: '8.9',
    path: '/',
    claims: capabilitiesClaims,
    handle: retrieveCapabilities(() => studiesService),
  },
];
