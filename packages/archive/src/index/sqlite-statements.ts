import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Columns } from './columns.ts';

export type Prepare = (sql: string) => StatementSync;

/** As many as all kinds of search that a server is asked day by day; those asked last stay. */
const MAX_STATEMENTS = 512;

/** Each statement is prepared once: its text is its name. */
export function preparer(database: DatabaseSync): Prepare {
  const known = new Map<string, StatementSync>();
  return (sql) => {
    const found = known.get(sql);
    if (found) return found;
    const statement = database.prepare(sql);
    const [oldest] = known.keys();
    if (known.size >= MAX_STATEMENTS && oldest !== undefined) known.delete(oldest);
    known.set(sql, statement);
    return statement;
  };
}

/** The names come from this folder, never from outside. */
export function insertRow(prepare: Prepare, table: string, columns: Columns): number {
  const names = Object.keys(columns);
  const places = names.map(() => '?').join(', ');
  const statement = prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`);
  return Number(statement.run(...Object.values<SQLInputValue>(columns)).lastInsertRowid);
}

export function updateRow(prepare: Prepare, table: string, id: number, columns: Columns): void {
  const assignments = Object.keys(columns).map((name) => `${name} = ?`);
  prepare(`UPDATE ${table} SET ${assignments.join(', ')} WHERE id = ?`).run(
    ...Object.values<SQLInputValue>(columns),
    id,
  );
}
