import { formatMediaType } from '@sightline/dicomweb';
import type { MediaTypeClaim, ParameterClaim } from './service-claims.ts';
import type { Transaction } from './transaction.ts';

/** A resource and those below it, in the words of WADL, which JSON uses as well (PS3.18 8.9.4). */
export interface ServiceNode {
  /** Below its parent. Absent: the service root itself. */
  readonly path?: string;
  readonly method: readonly ServiceMethod[];
  readonly resource: readonly ServiceNode[];
}

interface ServiceMethod {
  readonly name: string;
  /** Of its own in the document. */
  readonly id: string;
  readonly request: {
    readonly param: readonly ServiceParameter[];
    readonly representation: readonly { readonly mediaType: string }[];
  };
  readonly response: {
    readonly status: readonly number[];
    readonly representation: readonly { readonly mediaType: string }[];
  };
}

interface ServiceParameter {
  readonly name: string;
  readonly style: 'query' | 'header';
  readonly required: false;
  readonly default?: string;
  readonly option?: readonly string[];
}

/** Names that the standard's own example gives to the variable parts of an address. */
const templates: Readonly<Record<string, string>> = {
  '{study}': '{StudyInstance}',
  '{series}': '{SeriesInstance}',
  '{instance}': '{SOPInstance}',
  '{frames}': '{FrameList}',
  '{bulk}': '{BulkData}',
  '{transaction}': '{TransactionUID}',
};

/** The rows as the tree of their addresses. */
export function serviceTree(rows: readonly Transaction[]): ServiceNode {
  const placed = rows.map((row) => ({
    row,
    segments: row.path.split('/').filter((segment) => segment !== ''),
  }));
  return nodeOf(placed);
}

interface Placed {
  readonly row: Transaction;
  readonly segments: readonly string[];
}

function nodeOf(placed: readonly Placed[], path?: string): ServiceNode {
  const own = placed.filter(({ segments }) => segments.length === 0).map(({ row }) => methodOf(row));
  const below = Map.groupBy(
    placed.filter(({ segments }) => segments.length > 0),
    ({ segments }) => segments[0] ?? '',
  );
  return {
    ...(path !== undefined && { path }),
    method: own,
    resource: [...below].map(([segment, children]) =>
      nodeOf(
        children.map(({ row, segments }) => ({ row, segments: segments.slice(1) })),
        templates[segment] ?? segment,
      ),
    ),
  };
}

function methodOf({ method, name, path, claims }: Transaction): ServiceMethod {
  const place = [...path.matchAll(/[a-z]+/g)]
    .map(([word]) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`)
    .join('');
  return {
    name: method,
    id: `${name}${place}`,
    request: {
      param: [...acceptHeader(claims.answers), ...claims.parameters.map(parameterOf)],
      representation: (claims.takes ?? []).map(representationOf),
    },
    response: { status: claims.statuses, representation: claims.answers.map(representationOf) },
  };
}

function acceptHeader(answers: readonly MediaTypeClaim[]): readonly ServiceParameter[] {
  const types = answers.map((answer) => representationOf(answer).mediaType);
  const [first] = types;
  if (first === undefined) return [];
  return [{ name: 'Accept', style: 'header', required: false, default: first, option: types }];
}

const parameterOf = ({ name }: ParameterClaim): ServiceParameter => ({
  name,
  style: 'query',
  required: false,
});

const representationOf = ({ type, isMultipart }: MediaTypeClaim): { readonly mediaType: string } => ({
  mediaType: isMultipart ? formatMediaType('multipart/related', { type }) : type,
});

/** A document of the Web Application Description Language, W3C submission of 31 August 2009. */
export const wadlOf = (root: ServiceNode, base: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${element(
    'application',
    { xmlns: 'http://wadl.dev.java.net/2009/02' },
    element('resources', { base }, `${contentOf({ ...root, method: [] })}${rootMethods(root)}`),
  )}`;

/** WADL has methods in resources only: those of the root are of one without a path of its own. */
const rootMethods = ({ method }: ServiceNode): string =>
  method.length === 0 ? '' : element('resource', { path: '' }, method.map(methodElement).join(''));

const contentOf = ({ method, resource }: ServiceNode): string =>
  method.map(methodElement).join('') +
  resource.map((node) => element('resource', { path: node.path ?? '' }, contentOf(node))).join('');

function methodElement({ name, id, request, response }: ServiceMethod): string {
  const representations = (list: readonly { readonly mediaType: string }[]): string =>
    list.map(({ mediaType }) => element('representation', { mediaType })).join('');
  const asked = request.param.map(paramElement).join('') + representations(request.representation);
  const answered = element(
    'response',
    { status: response.status.join(' ') },
    representations(response.representation),
  );
  return element('method', { name, id }, `${asked === '' ? '' : element('request', {}, asked)}${answered}`);
}

const paramElement = ({ name, style, default: usual, option = [] }: ServiceParameter): string =>
  element(
    'param',
    { name, style, ...(usual !== undefined && { default: usual }) },
    option.map((value) => element('option', { value })).join(''),
  );

function element(name: string, attributes: Readonly<Record<string, string>>, content = ''): string {
  const start = `${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escape(value)}"`)
    .join('')}`;
  return content === '' ? `<${start}/>` : `<${start}>${content}</${name}>`;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
