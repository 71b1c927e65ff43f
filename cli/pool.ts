import type { Pool } from "pg";
import { openPool } from "@/db/client";
import { DomainError } from "@/server/core/errors";
import { CliError } from "./command";
import { findConnection } from "./connection";
import type { Settings } from "./settings";

const STATEMENT_MS = 10_000;

/**
 * Runs a command's work on the database of the installation that is meant.
 * @param statementTimeoutMs for a command that reads very much
 * @throws {CliError} when nothing runs, and for what a verb refuses
 */
export async function withPool<T>(
  settings: Settings,
  work: (pool: Pool) => Promise<T>,
  statementTimeoutMs = STATEMENT_MS,
): Promise<T> {
  const pool = openPool(findConnection(settings).databaseUrl, {
    max: 2,
    applicationName: "throughline-cli",
    statementTimeoutMs,
  });
  try {
    return await work(pool);
  } catch (cause) {
    if (cause instanceof DomainError) throw new CliError(cause.message, "Nothing was changed.", 1, { cause });
    throw cause;
  } finally {
    await pool.end();
  }
}
