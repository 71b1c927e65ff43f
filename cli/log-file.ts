import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";

const MAX_BYTES = 8 * 1024 * 1024;
const CHECK_EVERY_MS = 5_000;

export function logPath(dataDir: string, name: string): string {
  return join(dataDir, "logs", `${name}.log`);
}

/** Makes the folder of the logs. */
export function prepareLogs(dataDir: string): void {
  mkdirSync(join(dataDir, "logs"), { recursive: true, mode: 0o700 });
}

/** Opens a log for a child to write to. The child appends by itself, so it does not depend on this process being alive. */
export function openLog(dataDir: string, name: string): number {
  prepareLogs(dataDir);
  return openSync(logPath(dataDir, name), "a", 0o600);
}

/** The end of a log, for an error message. */
export function lastLines(dataDir: string, name: string, count: number): string {
  const path = logPath(dataDir, name);
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n").slice(-count).join("\n") : "";
}

/**
 * Keeps each log at 8 MB plus one older file of the same size: a full disk takes the data with it. The log is copied and cut in
 * place, because the process that writes it holds it open; a line written in between is lost.
 * @returns stops the watching
 */
export function boundLogs(dataDir: string): () => void {
  const timer = setInterval(() => {
    const folder = join(dataDir, "logs");
    if (!existsSync(folder)) return;
    for (const file of readdirSync(folder)) {
      const path = join(folder, file);
      if (!file.endsWith(".log") || statSync(path).size < MAX_BYTES) continue;
      try {
        copyFileSync(path, `${path}.1`);
      } finally {
        truncateSync(path); // also when the copy failed for want of space: then more so
      }
    }
  }, CHECK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
