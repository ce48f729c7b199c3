/** What the viewer's build is made of. Anything else is served as bytes that nobody interprets. */
const contentTypes: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
  woff2: 'font/woff2',
};

export function contentTypeOf(fileName: string): string {
  const extension = /\.([a-z0-9]+)$/.exec(fileName)?.[1] ?? '';
  return (Object.hasOwn(contentTypes, extension) && contentTypes[extension]) || 'application/octet-stream';
}
