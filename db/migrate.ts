import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { migrateQueue } from "./queue";
import { SUPERSEDED } from "./superseded";

/** Any constant will do, as long as every release uses the same: two migrations of one database wait for each other on it. */
const ADVISORY_LOCK = 7_461_202_601;
const PATIENCE: Patience = { lockTimeoutMs: 3_000, attempts: 10 };
const NO_TRANSACTION = /^--\s*no-transaction\s*$/m;

/** How long one statement waits for a lock, ms, and how often its file is tried. */
export interface Patience {
  lockTimeoutMs: number;
  attempts: number;
}

export interface MigrateOptions {
  /** Connection of the role that shall own every table. */
  url: string;
  /** Password for the role `throughline_app`; absent = the role's password is looked after elsewhere. */
  appPassword?: string;
  /** Time-series home of a new database instead of what the probe finds; default: TL_TIMESERIES_HOME. */
  timeseriesHome?: "segments" | "timescale";
  folder?: string;
  /** Default: 3 s, ten times. */
  patience?: Patience;
  onApplied?: (file: string, tookMs: number) => void;
}

/** A migration cannot go on; the message says which file and what to do. */
export class MigrationError extends Error {
  constructor(
    readonly code: "changed" | "newer_database" | "failed" | "locked",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "MigrationError";
  }
}

/**
 * Brings a database to this release: applies the files of db/migrations in order, each once.
 *
 * A file runs in one transaction with the row that records it, so it happened or it did not. A file whose text contains the line
 * `-- no-transaction` runs statement by statement outside of one (CREATE INDEX CONCURRENTLY) and must be safe to repeat; it is not
 * recorded while an index is left invalid, which is what a failed build leaves and `if not exists` takes for made.
 * Every statement waits at most 3 s for a lock, so a long query cannot make all others queue behind a migration; the file is
 * tried again up to ten times. Two runs at once: the second waits, then finds nothing to do.
 *
 * @returns the files applied now
 * @throws {MigrationError} changed (an applied file has another text), newer_database, locked, failed
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const folder = options.folder ?? migrationsFolder();
  const files = migrationFiles(folder);
  const home = options.timeseriesHome ?? wantedHome(process.env.TL_TIMESERIES_HOME);
  const client = new Client({ connectionString: options.url, application_name: "throughline-migrate" });
  await client.connect();
  try {
    await client.query("set client_min_messages = warning");
    await client.query("select pg_advisory_lock($1)", [ADVISORY_LOCK]);
    await client.query("select set_config('throughline.timeseries_home', $1, false)", [home ?? ""]);
    await client.query(
      "create table if not exists public.schema_migrations (file text primary key, sha256 text not null, applied_at timestamptz not null default now(), took_ms int not null)",
    );
    const pending = await findPending(client, folder, files);
    for (const file of pending) {
      const started = performance.now();
      await applyWithRetry(client, file, options.patience ?? PATIENCE);
      options.onApplied?.(file.name, performance.now() - started);
    }
    if (options.appPassword !== undefined)
      await client.query(`alter role throughline_app login password ${escapeLiteral(options.appPassword)}`);
    const { rows } = await client.query<{ database: string }>("select current_database() as database");
    await client.query(`grant connect on database ${escapeIdentifier(rows[0]?.database ?? "")} to throughline_app`);
    if (options.folder === undefined) await migrateQueue(options.url); // under the same lock: two runs at once take turns
    return pending.map((file) => file.name);
  } finally {
    await client.end(); // releases the advisory lock as well
  }
}

/**
 * What `migrate` would apply, without applying it.
 * @param client as a role that may read `schema_migrations`: the owner
 * @returns the files still to apply, in order, and how many are applied; none are in a database that was never migrated
 * @throws {MigrationError} changed, newer_database
 */
export async function pendingMigrations(client: Client): Promise<{ pending: string[]; applied: number }> {
  const folder = migrationsFolder();
  const files = migrationFiles(folder);
  const { rows } = await client.query<{ present: boolean }>(
    "select to_regclass('public.schema_migrations') is not null as present",
  );
  if (!rows[0]?.present) return { pending: files, applied: 0 };
  const pending = await findPending(client, folder, files);
  return { pending: pending.map(({ name }) => name), applied: files.length - pending.length };
}

function wantedHome(word: string | undefined): "segments" | "timescale" | undefined {
  if (word === undefined || word === "") return undefined;
  if (word === "segments" || word === "timescale") return word;
  throw new MigrationError(
    "failed",
    `TL_TIMESERIES_HOME must be segments or timescale, not "${word}". Unset it to let the server decide.`,
  );
}

interface MigrationFile {
  name: string;
  text: string;
  sha256: string;
}

function migrationFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
    .sort();
}

async function findPending(client: Client, folder: string, files: string[]): Promise<MigrationFile[]> {
  const { rows } = await client.query<{ file: string; sha256: string }>(
    "select file, sha256 from public.schema_migrations order by file",
  );
  const applied = new Map(rows.map((row) => [row.file, row.sha256]));
  const unknown = rows.find((row) => !files.includes(row.file));
  if (unknown)
    throw new MigrationError(
      "newer_database",
      `This database was migrated by a newer release (it has ${unknown.file}, which this release does not know). Start that release, or restore a backup made before it.`,
    );

  const pending: MigrationFile[] = [];
  for (const name of files) {
    const text = readFileSync(join(folder, name), "utf8");
    const sha256 = createHash("sha256").update(text).digest("hex");
    const before = applied.get(name);
    if (before === undefined) pending.push({ name, text, sha256 });
    else if (before !== sha256 && !SUPERSEDED[name]?.some((old) => old.sha256 === before))
      throw new MigrationError(
        "changed",
        `${name} was already applied to this database with another text. Put the old text back and write the change as a new migration file.`,
      );
  }
  return pending;
}

async function applyWithRetry(client: Client, file: MigrationFile, patience: Patience): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await apply(client, file, patience.lockTimeoutMs);
      return;
    } catch (cause) {
      const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
      const lostLock = code === "55P03" || code === "40P01"; // lock_not_available, deadlock_detected
      if (lostLock && attempt < patience.attempts) {
        await sleep(200 * attempt);
        continue;
      }
      const detail = cause instanceof Error ? cause.message : String(cause);
      if (lostLock)
        throw new MigrationError(
          "locked",
          `${file.name} could not get a lock in ${patience.attempts} attempts: another session holds a table. End long transactions (select * from pg_stat_activity) and migrate again.`,
          { cause },
        );
      const hint = cause instanceof Error && "hint" in cause && typeof cause.hint === "string" ? ` ${cause.hint}.` : "";
      throw new MigrationError(
        "failed",
        `${file.name} failed: ${detail}. Nothing of this file was kept${NO_TRANSACTION.test(file.text) ? " but what came before the failing statement" : ""}.${hint}`,
        { cause },
      );
    }
  }
}

async function apply(client: Client, file: MigrationFile, lockTimeoutMs: number): Promise<void> {
  const started = performance.now();
  const record = () =>
    client.query("insert into public.schema_migrations (file, sha256, took_ms) values ($1, $2, $3)", [
      file.name,
      file.sha256,
      Math.round(performance.now() - started),
    ]);
  if (NO_TRANSACTION.test(file.text)) {
    await client.query(`set lock_timeout = ${lockTimeoutMs}`);
    // One statement per message: several in one would be an implicit transaction. Such files end each statement with ";" at a line's end.
    for (const statement of file.text.split(/;\s*$/m))
      if (statement.replace(/^\s*--.*$/gm, "").trim()) await client.query(statement);
    await refuseInvalidIndexes(client);
    await record();
    return;
  }
  await client.query("begin");
  try {
    await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
    await client.query(file.text);
    await record();
    await client.query("commit");
  } catch (cause) {
    await client.query("rollback");
    throw cause;
  }
}

async function refuseInvalidIndexes(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
     where not i.indisvalid and c.relkind = 'i' and n.nspname = 'public'
       and not exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid)
     order by 1`,
  );
  if (rows.length === 0) return;
  const drops = rows.map(({ name }) => `drop index concurrently ${name};`).join(" ");
  throw new Error(
    `an earlier attempt left an index that is not used (invalid). Put right what stopped it (for a unique index: rows that are twice), run ${drops} and migrate again`,
  );
}

/** db/migrations, seen from db/migrate.ts and from the bundle in dist/ alike. */
function migrationsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith("dist") ? join(here, "..", "db", "migrations") : join(here, "migrations");
}
