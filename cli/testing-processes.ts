import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type ProcessId, signal, startOf } from "./processes";

/** Every living process that works in one of the folders, names it among its arguments or was told it by its environment. */
export function processesOf(...folders: string[]): number[] {
  if (!existsSync("/proc")) throw new Error("processes are looked for under /proc, which this system does not have");
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      if (pid === process.pid) return false;
      const mentions = mentionsOf(pid);
      return mentions !== null && folders.some((folder) => mentions.includes(folder));
    });
}

/** The process and all that it started, as far as they live and their parents do. */
export function familyOf(pid: number): ProcessId[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    const parent = parentOf(Number(name));
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const family = [pid];
  for (const member of family) family.push(...(children.get(member) ?? []));
  return family.map((member) => ({ pid: member, started: startOf(member) })).filter(({ started }) => started !== "");
}

/** A power cut for all of them. PostgreSQL's children may end with their parent before their turn comes. */
export async function killAll(...folders: string[]): Promise<void> {
  for (let living = processesOf(...folders); living.length > 0; living = processesOf(...folders)) {
    for (const pid of living) signal(pid, "SIGKILL");
    await sleep(20);
  }
}

/** What a process says of itself, for the message of a test that found it. */
export function describeProcess(pid: number): string {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()}`;
  } catch (cause) {
    if (!isGone(cause)) throw cause;
    return `${pid} (ended meanwhile)`;
  }
}

/** Null for one that has ended, waits for its parent only, or belongs to somebody who does not let us look. */
function mentionsOf(pid: number): string | null {
  try {
    if (/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) return null;
    return (
      readFileSync(`/proc/${pid}/cmdline`, "utf8") +
      readFileSync(`/proc/${pid}/environ`, "utf8") +
      readlinkSync(`/proc/${pid}/cwd`)
    );
  } catch (cause) {
    if (!isGone(cause)) throw cause;
    return null;
  }
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]); // proc(5): state, then the parent
  } catch (cause) {
    if (!isGone(cause)) throw cause;
    return null;
  }
}

function isGone(cause: unknown): boolean {
  return (
    cause instanceof Error && "code" in cause && ["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(String(cause.code))
  );
}
