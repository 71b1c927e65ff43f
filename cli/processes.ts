import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A process, told apart from a later one with the same number by its start. */
export interface ProcessId {
  pid: number;
  /** Opaque; equal for the same process only. Empty where the system does not tell. */
  started: string;
  /** What ends it in an orderly way; default SIGTERM. */
  endWith?: string;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM";
  }
  // A zombie answers to signals but has ended; it waits for its parent only.
  return !/\) Z /.test(readStat(pid) ?? "");
}

export function startOf(pid: number): string {
  const stat = readStat(pid);
  if (stat !== null) return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  if (process.platform === "linux" || process.platform === "win32") return "";
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return ""; // ps says with an error that there is no such process
  }
}

/** Whether the very process that was noted still runs. */
export function isSameProcess({ pid, started }: ProcessId): boolean {
  return isAlive(pid) && (started === "" || startOf(pid) === started);
}

/** Asks the process to end, then makes its whole group end. Resolves when it has. */
export async function endProcess(id: ProcessId, patienceMs: number): Promise<void> {
  if (!isSameProcess(id)) return;
  signal(id.pid, id.endWith === "SIGINT" ? "SIGINT" : "SIGTERM");
  for (const deadline = Date.now() + patienceMs; isSameProcess(id) && Date.now() < deadline; await sleep(25));
  signal(-id.pid, "SIGKILL"); // what it started, too
  signal(id.pid, "SIGKILL");
  while (isSameProcess(id)) await sleep(10);
}

/** Sends a signal; a process or group that is gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ESRCH")) throw cause;
  }
}

/** Notes a running process in a file, so that a later start finds it after kill -9 of this one. */
export function writePidFile(path: string, pid: number, endWith: NodeJS.Signals = "SIGTERM"): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, JSON.stringify({ pid, started: startOf(pid), endWith }), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Null when absent or unreadable (a kill while it was written). */
export function readPidFile(path: string): ProcessId | null {
  if (!existsSync(path)) return null;
  let noted: unknown;
  try {
    noted = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
  if (typeof noted !== "object" || noted === null || !("pid" in noted) || !("started" in noted)) return null;
  if (typeof noted.pid !== "number" || noted.pid <= 1 || typeof noted.started !== "string") return null;
  return {
    pid: noted.pid,
    started: noted.started,
    ...("endWith" in noted && typeof noted.endWith === "string" ? { endWith: noted.endWith } : {}),
  };
}

/**
 * Ends what an earlier run left behind when it was killed: every process noted in `folder` that still is the one noted.
 * @returns their names
 */
export async function endOrphans(folder: string, patienceMs: number): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const ended = await Promise.all(
    readdirSync(folder)
      .filter((file) => file.endsWith(".pid"))
      .map(async (file) => {
        const path = join(folder, file);
        const noted = readPidFile(path);
        const lives = noted !== null && isSameProcess(noted);
        if (lives) await endProcess(noted, patienceMs);
        rmSync(path, { force: true });
        return lives ? [basename(file, ".pid")] : [];
      }),
  );
  return ended.flat();
}

function readStat(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null; // no such process, or no /proc
  }
}
