import { Pool } from "pg";

export interface PoolOptions {
  /** Most connections at a time. */
  max: number;
  /** Shown in pg_stat_activity, so an operator sees who holds a lock. */
  applicationName: string;
  /** A statement that runs longer is cancelled by the server; 0 = no limit. */
  statementTimeoutMs: number;
}

/**
 * A pool of connections. Errors of idle connections (the server restarted) are handed to `onIdleError` instead of ending the
 * process: the next query opens a new connection or fails where somebody waits for it.
 */
export function openPool(
  url: string,
  options: PoolOptions,
  onIdleError: (cause: Error) => void = () => undefined,
): Pool {
  const pool = new Pool({
    connectionString: url,
    max: options.max,
    application_name: options.applicationName,
    statement_timeout: options.statementTimeoutMs === 0 ? undefined : options.statementTimeoutMs,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  pool.on("error", onIdleError);
  return pool;
}

/** The same server and database for another role. */
export function withRole(url: string, role: string, password: string): string {
  const changed = new URL(url);
  changed.username = encodeURIComponent(role);
  changed.password = encodeURIComponent(password);
  return changed.href;
}

/** The same server and role for another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}
