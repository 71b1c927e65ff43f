import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EmbeddedPostgresError, type PostgresHome } from "./postgres-home";

/** Who uses a data folder: the server's own postmaster.pid, and a note of ours that names the supervisor. */

export interface PidFile {
  pid: number;
  status: string;
}

/** postmaster.pid: line 1 the process id, line 8 the state. Null when absent or half-written. */
export function readPidFile(home: PostgresHome): PidFile | null {
  const path = join(home.dataDir, "postmaster.pid");
  let lines: string[];
  try {
    lines = readFileSync(path, "utf8").split("\n");
  } catch (cause) {
    // PostgreSQL takes a stale one away at its start, at any moment, also between a look and the reading.
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw cause;
  }
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, status: (lines[7] ?? "").trim() } : null;
}

/**
 * After kill -9 of Throughline its PostgreSQL runs on. It is stopped in an orderly way (it may hold settings of an older release);
 * a stale file whose process id now belongs to another program is left alone, PostgreSQL itself sees that it is stale.
 * @throws {EmbeddedPostgresError} in_use when the Throughline that started it is alive
 */
export async function stopOrphan(home: PostgresHome): Promise<void> {
  const file = readPidFile(home);
  if (!file || !isPostgresOf(file.pid, home)) return;
  const owner = readClaim(home);
  if (owner !== null && owner.pid !== process.pid && isAlive(owner.pid) && startedAt(owner.pid) === owner.started) {
    throw new EmbeddedPostgresError(
      "in_use",
      `Throughline already runs from this folder (process ${owner.pid}). Stop it first, or set THROUGHLINE_DATA to another folder.`,
    );
  }
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    process.kill(file.pid, signal);
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(20)) if (!isAlive(file.pid)) return;
  }
}

function claimPath(home: PostgresHome): string {
  return `${home.dataDir}.supervisor`;
}

export function claim(home: PostgresHome): void {
  writeFileSync(claimPath(home), JSON.stringify({ pid: process.pid, started: startedAt(process.pid) }), {
    mode: 0o600,
  });
}

export function release(home: PostgresHome): void {
  rmSync(claimPath(home), { force: true });
}

function readClaim(home: PostgresHome): { pid: number; started: string } | null {
  if (!existsSync(claimPath(home))) return null;
  const claimed: unknown = JSON.parse(readFileSync(claimPath(home), "utf8"));
  if (typeof claimed !== "object" || claimed === null || !("pid" in claimed) || !("started" in claimed)) return null;
  return typeof claimed.pid === "number" && typeof claimed.started === "string"
    ? { pid: claimed.pid, started: claimed.started }
    : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM";
  }
  // A zombie answers to signals but has ended; it waits for its parent only.
  return !(existsSync(`/proc/${pid}/stat`) && /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
}

/** Start time of a process in kernel ticks, so that a reused process id is not mistaken; empty where /proc is absent. */
function startedAt(pid: number): string {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return "";
  const stat = readFileSync(path, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function isPostgresOf(pid: number, home: PostgresHome): boolean {
  if (!isAlive(pid)) return false;
  const path = `/proc/${pid}/cmdline`;
  return !existsSync(path) || readFileSync(path, "utf8").includes(home.dataDir);
}
