import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CliError } from "./command";
import { isSameProcess, startOf } from "./processes";

const Instance = z.object({
  pid: z.int(),
  started: z.string(),
  startedAt: z.string(),
  ready: z.boolean(),
  web: z.string(),
  mqtt: z.string().nullable(),
  // the control plane's own way into the embedded broker; absent with a broker of one's own
  mqttControl: z.string().optional(),
  // where devices elsewhere reach the embedded broker, when it listens for them
  mqttNetwork: z.string().optional(),
  broker: z.string().nullable(),
  postgresPort: z.int().nullable(),
  health: z.record(z.string(), z.string()),
});

/** What a running `throughline up` says about itself in its data folder. It holds no secret. */
export type Instance = z.infer<typeof Instance>;
export type InstanceNote = Omit<Instance, "pid" | "started">;

export const runFolder = (dataDir: string) => join(dataDir, "run");
const lockPath = (dataDir: string) => join(runFolder(dataDir), "up.json");

/** The living instance of this data folder, or null. */
export function findInstance(dataDir: string): Instance | null {
  const noted = readNote(lockPath(dataDir));
  return noted && isSameProcess(noted) ? noted : null;
}

/**
 * Takes the data folder for this process. The note of a killed predecessor is moved aside first; of two that find the same
 * dead note only one can move it, and of two that then link their own only one succeeds.
 * @throws {CliError} when a living instance has it; the message names its process
 */
export function takeInstance(
  dataDir: string,
  note: InstanceNote,
): { update(changes: Partial<InstanceNote>): void; release(): void } {
  const lock = lockPath(dataDir);
  mkdirSync(runFolder(dataDir), { recursive: true, mode: 0o700 });
  let current: Instance = { ...note, pid: process.pid, started: startOf(process.pid) };
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(current), { mode: 0o600 });
  try {
    for (;;) {
      const living = findInstance(dataDir);
      if (living) throw alreadyRuns(dataDir, living.pid);
      if (existsSync(lock)) moveAside(lock, `${mine}.stale`);
      try {
        linkSync(mine, lock);
        break;
      } catch (cause) {
        if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause;
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return {
    update: (changes) => {
      current = { ...current, ...changes };
      writeFileSync(mine, JSON.stringify(current), { mode: 0o600 });
      renameSync(mine, lock);
    },
    release: () => rmSync(lock, { force: true }),
  };
}

export function alreadyRuns(dataDir: string, pid: number): CliError {
  return new CliError(
    `Throughline already runs from ${dataDir} (process ${pid}).`,
    `Use it, stop it with "throughline stop", or set THROUGHLINE_DATA (and the ports) for a second one.`,
  );
}

function moveAside(lock: string, to: string): void {
  try {
    renameSync(lock, to);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return; // another was faster
    throw cause;
  }
  const moved = readNote(to);
  if (moved && isSameProcess(moved)) linkSync(to, lock); // it was a living one, made this moment: put it back
  rmSync(to, { force: true });
}

function readNote(path: string): Instance | null {
  if (!existsSync(path)) return null;
  try {
    const parsed = Instance.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // removed between the two calls, or written by another release
  }
}
