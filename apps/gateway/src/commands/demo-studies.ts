import type { GatewayDatabase } from '../storage/gateway-database.ts';
import type { Archive } from '@sightline/archive';

/**
 * Whether this data folder is a demonstration: decided at the first start, when its archive is empty, and remembered,
 * so that studies that people add later do not end it. A folder that began with real studies never becomes one.
 */
export interface DemoState {
  readonly isOn: boolean;
  /** Puts the demo studies into the archive unless all are there. Ends early, to go on at the next start, on abort. */
  fill(signal: AbortSignal, onFile: (count: number) => void): Promise<void>;
}

const STORES_AT_ONCE = 4;

type Setting = 'filling' | 'filled';

export async function openDemoState(options: {
  readonly database: GatewayDatabase;
  readonly archive: Pick<Archive, 'store' | 'isEmpty'>;
  readonly allowed: boolean;
  /** The files; loaded only when they are needed, so that later starts do not pay for it. */
  readonly load?: () => Promise<Iterable<{ readonly bytes: Uint8Array }>>;
}): Promise<DemoState> {
  const { database, archive, allowed, load = computed } = options;
  const before = database.prepare("SELECT value FROM settings WHERE name = 'demo'").get()?.['value'];
  const isOn = allowed && (before !== undefined || (await archive.isEmpty()));
  const remember = (value: Setting): void => {
    database.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES ('demo', ?)").run(value);
  };
  return {
    isOn,
    async fill(signal, onFile) {
      if (!isOn || before === 'filled') return;
      remember('filling');
      let count = 0;
      const store = async (bytes: Uint8Array): Promise<void> => {
        const outcome = await archive.store(once(bytes));
        if (outcome.kind === 'refused') throw new Error(`a demo study was refused (${outcome.code})`);
        count += 1;
        onFile(count);
      };
      // The next images are computed while the last ones are on their way to the disk.
      let batch: Promise<void>[] = [];
      for (const { bytes } of await load()) {
        if (signal.aborted) break;
        batch.push(store(bytes));
        if (batch.length < STORES_AT_ONCE) continue;
        await Promise.all(batch);
        batch = [];
      }
      await Promise.all(batch);
      if (signal.aborted) return;
      remember('filled');
    },
  };
}

async function computed(): Promise<Iterable<{ readonly bytes: Uint8Array }>> {
  const { demoStudies } = await import('@sightline/demo');
  return demoStudies();
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
