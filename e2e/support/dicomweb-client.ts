import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import type { TestGateway } from './gateway.ts';

/**
 * The npm package dicomweb-client, which OHIF and many others are built on, in the browser that it is made for: it asks by
 * XMLHttpRequest.
 */
export interface ForeignClient {
  /** Calls the method of the client by name; its own errors reject with their status as the message. */
  call<T = Answered[]>(method: string, options?: Readonly<Record<string, unknown>>): Promise<T>;
  close(): Promise<void>;
}

/** An ArrayBuffer of the client, with what it found out about it. */
export interface Answered {
  readonly base64: string;
  readonly contentType?: string;
  readonly transferSyntaxUID?: string;
}

const CLIENT = createRequire(import.meta.url).resolve('dicomweb-client');

/** `options` are those of its constructor. The page is one of the gateway's, so that the browser lets the client ask. */
export async function openForeignClient(
  browser: Browser,
  { url, apiKey }: TestGateway,
  options: Readonly<Record<string, unknown>> = {},
): Promise<ForeignClient> {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`${url}/healthz`);
  await page.addScriptTag({ path: CLIENT });
  const settings = {
    url: `${url}/dicom-web`,
    headers: { Authorization: `Bearer ${apiKey}` },
    verbose: false,
    ...options,
  };
  return {
    call: (method, given = {}) => callInPage(page, { settings, method, given }),
    close: () => context.close(),
  };
}

interface Call {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly method: string;
  /** `datasets` are base64. */
  readonly given: Readonly<Record<string, unknown>>;
}

function callInPage<T>(page: Page, call: Call): Promise<T> {
  return page.evaluate(async ({ settings, method, given }) => {
    type Method = (options: unknown) => Promise<unknown>;
    const library = (globalThis as never as Record<'DICOMwebClient', { api: Record<string, unknown> }>)
      .DICOMwebClient;
    const Client = library.api['DICOMwebClient'] as new (options: unknown) => Record<string, Method>;
    const bytesOf = (base64: string): ArrayBuffer =>
      Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
    const toText = (value: unknown): unknown => {
      if (!(value instanceof ArrayBuffer)) return value;
      const bytes = new Uint8Array(value);
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      const { contentType, transferSyntaxUID } = value as never as Record<string, string | null>;
      return {
        base64: btoa(text),
        ...(contentType && { contentType }),
        ...(transferSyntaxUID && { transferSyntaxUID }),
      };
    };
    const datasets = given['datasets'] as readonly string[] | undefined;
    const options = { ...given, ...(datasets && { datasets: datasets.map(bytesOf) }) };
    try {
      const answer = await new Client(settings)[method]?.(options);
      return (Array.isArray(answer) ? answer.map(toText) : toText(answer)) as never;
    } catch (error) {
      throw new Error(String((error as { status?: number }).status ?? error), { cause: error });
    }
  }, call);
}
