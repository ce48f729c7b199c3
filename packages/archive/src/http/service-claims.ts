import { instanceKeys, type QueryLevel, seriesKeys, studyKeys } from '@sightline/dicomweb';
import { MAX_RESULTS } from './qido-rs.ts';

/** Something that a resource answers or takes. */
export interface MediaTypeClaim {
  /** Of the content; of multipart/related, of each part. */
  readonly type: string;
  readonly isMultipart: boolean;
  /** When, where it is not always. */
  readonly when?: string;
}

/** A query parameter that has a meaning, PS3.18 8.3. */
export interface ParameterClaim {
  readonly name: string;
  /** What it can be, in words. */
  readonly values: string;
  /** One of the values that it can have. */
  readonly example: string;
}

/** What one row of the service promises besides its address. The tests ask an archive for all of it. */
export interface Claims {
  /** Of the standard for an origin server, PS3.18 table 10.3-1; `extension`: the standard does not have it. */
  readonly requirement: 'required' | 'optional' | 'extension';
  /** The first is the default. */
  readonly answers: readonly MediaTypeClaim[];
  /** What the body of a request can be. */
  readonly takes?: readonly MediaTypeClaim[];
  readonly parameters: readonly ParameterClaim[];
  /** Statuses of success. */
  readonly statuses: readonly number[];
}

const multipart = (type: string, when?: string): MediaTypeClaim => ({
  type,
  isMultipart: true,
  ...(when !== undefined && { when }),
});
const single = (type: string, when?: string): MediaTypeClaim => ({
  type,
  isMultipart: false,
  ...(when !== undefined && { when }),
});

const accept: ParameterClaim = {
  name: 'accept',
  values: 'a media type of the list, without wildcards; wins over the header',
  example: '',
};

const json = [single('application/dicom+json'), single('application/json')];

/** Of a value that a key can have, whichever key it is: the first that its own reader takes. */
const exampleOf = (decode: (raw: string) => unknown): string =>
  ['A', '1.2.3', '20240102', '1030', '7'].find((raw) => decode(raw) !== undefined) ?? '';

const keys = { study: studyKeys, series: seriesKeys, instance: instanceKeys } as const;

/** PS3.18 table 10.6.1-5: the attributes that a search at these levels can match. */
export const matchingKeys = (level: QueryLevel): readonly ParameterClaim[] =>
  Object.entries(keys[level]).map(([name, { tag, decode }]) => ({
    name,
    values: `(${tag.replaceAll(/([\dA-F]{4})([\dA-F]{4})/g, '$1,$2').replace('.', ')>(')})`,
    example: exampleOf(decode),
  }));

/** PS3.18 10.6.1.2 and 8.3.4. */
export const searchOptions: readonly ParameterClaim[] = [
  {
    name: 'includefield',
    values: 'keywords, tags or paths of attributes, by commas or repeated; or `all`',
    example: 'StudyDescription',
  },
  { name: 'limit', values: `a whole number; never more than ${MAX_RESULTS} are answered`, example: '10' },
  { name: 'offset', values: 'a whole number', example: '0' },
  { name: 'fuzzymatching', values: '`true` or `false`', example: 'true' },
  { name: 'emptyvaluematching', values: '`true` or `false`; then `""` is a value', example: 'true' },
  { name: 'multiplevaluematching', values: '`true` or `false`; then `\\` separates values', example: 'true' },
];

/** The levels are those that the path does not fix. */
export const searchClaims = (...levels: readonly QueryLevel[]): Claims => ({
  requirement: 'required',
  answers: [...json, multipart('application/dicom+xml')],
  parameters: [accept, ...searchOptions, ...levels.flatMap(matchingKeys)],
  statuses: [200, 204],
});

const objects = [
  multipart('application/dicom'),
  multipart('application/octet-stream'),
  single('application/zip'),
];
const retrieved = { parameters: [accept], statuses: [200, 304] } as const;

export const objectsClaims: Claims = {
  requirement: 'required',
  answers: objects,
  ...retrieved,
  statuses: [200],
};
export const objectClaims: Claims = {
  ...objectsClaims,
  answers: [...objects, single('application/dicom')],
  statuses: [200, 206, 304],
};
export const metadataClaims: Claims = {
  requirement: 'required',
  answers: [...json, multipart('application/dicom+xml')],
  ...retrieved,
};
const octets = [multipart('application/octet-stream'), single('application/octet-stream')];
export const framesClaims: Claims = {
  requirement: 'required',
  answers: [
    multipart('application/octet-stream'),
    single('application/octet-stream', 'one frame'),
    ...['image/jls', 'image/jphc', 'image/jp2', 'image/dicom-rle'].map((type) => multipart(type)),
    ...['image/jpeg', 'image/jpx', 'image/jxl', 'video/mpeg', 'video/mp4', 'video/h265'].map((type) =>
      multipart(type, 'stored so'),
    ),
  ],
  ...retrieved,
  statuses: [200, 206, 304],
};
export const bulkdataClaims: Claims = {
  requirement: 'required',
  answers: [...octets, single('application/pdf', 'a document of this type')],
  ...retrieved,
  statuses: [200, 206, 304],
};
export const allBulkdataClaims: Claims = {
  requirement: 'optional',
  answers: [multipart('application/octet-stream')],
  ...retrieved,
  statuses: [200],
};
export const pixeldataClaims: Claims = {
  requirement: 'optional',
  answers: [multipart('application/octet-stream'), single('application/octet-stream', 'one object')],
  ...retrieved,
  statuses: [200, 206, 304],
};

const viewport = 'width,height[,x,y,width,height]';
const looks: readonly ParameterClaim[] = [
  { name: 'window', values: 'centre,width,`linear`, `linear-exact` or `sigmoid`', example: '40,400,linear' },
  { name: 'quality', values: '1 to 100', example: '80' },
  { name: 'iccprofile', values: '`no`, `yes` or `srgb`', example: 'no' },
];
const pictures = ['image/jpeg', 'image/png', 'image/gif'];
export const renderedClaims: Claims = {
  requirement: 'required',
  answers: [
    ...pictures.map((type) => single(type, 'an image')),
    ...pictures.map((type) => multipart(type, 'an image: every frame')),
    ...['text/html', 'text/plain', 'text/xml'].map((type) => single(type, 'a structured report')),
    ...['video/mp4', 'video/mpeg', 'video/h265', 'video/mp2t'].map((type) =>
      single(type, 'a video, as it is stored'),
    ),
    ...['application/pdf', 'text/xml'].map((type) => single(type, 'an encapsulated document')),
  ],
  parameters: [
    accept,
    { name: 'viewport', values: viewport, example: '64,64,0,0,2,2' },
    ...looks,
    { name: 'annotation', values: '`patient`, `technique`', example: 'technique' },
    { name: 'charset', values: '`utf-8`, for reports', example: 'utf-8' },
  ],
  statuses: [200, 304],
};
export const thumbnailClaims: Claims = {
  requirement: 'optional',
  answers: [...pictures.map((type) => single(type)), ...pictures.map((type) => multipart(type))],
  parameters: [accept, { name: 'viewport', values: 'width,height', example: '64,64' }, ...looks],
  statuses: [200, 304],
};
export const storeClaims: Claims = {
  requirement: 'required',
  answers: [...json, single('application/dicom+xml')],
  takes: ['application/dicom', 'application/dicom+json', 'application/dicom+xml'].flatMap((type) => [
    multipart(type),
    single(type),
  ]),
  parameters: [accept],
  statuses: [200, 202],
};
export const deleteClaims: Claims = {
  requirement: 'extension',
  answers: [],
  parameters: [],
  statuses: [204],
};
export const commitmentClaims: Claims = {
  requirement: 'optional',
  answers: [...json, single('application/dicom+xml')],
  parameters: [accept],
  statuses: [200],
};
export const commitmentRequestClaims: Claims = {
  ...commitmentClaims,
  takes: [single('application/dicom+json'), single('application/dicom+xml')],
};
export const capabilitiesClaims: Claims = {
  requirement: 'required',
  answers: [single('application/vnd.sun.wadl+xml'), single('application/json')],
  parameters: [accept],
  statuses: [200],
};

/** WADO-URI, PS3.18 9.1.2 and 9.5: parameters besides the four that every request has. */
export const wadoUriClaims: readonly (ParameterClaim & { readonly of: 'both' | 'objects' | 'pictures' })[] = [
  {
    name: 'contentType',
    of: 'both',
    values: '`application/dicom`, or rendered media types in the order of preference',
    example: 'image/png',
  },
  { name: 'charset', of: 'both', values: '`utf-8`', example: 'utf-8' },
  {
    name: 'transferSyntax',
    of: 'objects',
    values: 'one UID; Explicit VR Little Endian where there is none',
    example: '1.2.840.10008.1.2.1',
  },
  {
    name: 'frameNumber',
    of: 'pictures',
    values: '1 to the number of frames, where there are several',
    example: '2',
  },
  { name: 'imageQuality', of: 'pictures', values: '1 to 100', example: '80' },
  { name: 'rows', of: 'pictures', values: '1 to 16384; without `columns` the aspect decides', example: '64' },
  { name: 'columns', of: 'pictures', values: '1 to 16384; without `rows` the aspect decides', example: '64' },
  { name: 'region', of: 'pictures', values: 'xmin,ymin,xmax,ymax from 0 to 1', example: '0,0,0.5,0.5' },
  { name: 'windowCenter', of: 'pictures', values: 'with `windowWidth`', example: '40' },
  { name: 'windowWidth', of: 'pictures', values: 'with `windowCenter`', example: '400' },
  { name: 'annotation', of: 'pictures', values: '`patient`, `technique`', example: 'technique' },
  { name: 'imageAnnotation', of: 'pictures', values: 'the same under its other name', example: 'technique' },
];
