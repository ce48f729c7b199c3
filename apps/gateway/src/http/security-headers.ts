import { createHash } from 'node:crypto';

/**
 * On every answer, pages and data alike; a response's own headers win. What is not a page runs nothing and cannot be
 * framed, and nothing is kept by a cache unless the response says so.
 */
export const baseHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cache-control': 'no-store',
};

/** Added when the public URL is https. */
export const httpsHeaders: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=31536000',
};

/**
 * The Content-Security-Policy of a page. Inline scripts and styles are allowed one by one, by hash: the arguments are
 * the constant texts between their tags. Never pass text taken from a finished page, or an injected script would be
 * hashed along with our own.
 */
export function pagePolicy(inline: {
  readonly scripts?: readonly string[];
  readonly styles?: readonly string[];
}): string {
  const { scripts = [], styles = [] } = inline;
  return [
    "default-src 'none'",
    // WebAssembly: the image decoders.
    ["script-src 'self' 'wasm-unsafe-eval'", ...scripts.map(hashSource)].join(' '),
    ["style-src 'self'", ...styles.map(hashSource)].join(' '),
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A worker does not inherit the page's policy: its own script's answer carries it. */
export const workerPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}
