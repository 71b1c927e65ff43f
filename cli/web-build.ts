import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { PROJECT_ROOT } from "./build";
import { CliError } from "./command";
import { lastLines, logPath, openLog } from "./log-file";
import { baseEnvironment } from "./node-process";
import { endProcess, readPidFile, isSameProcess, startOf, writePidFile } from "./processes";

const NEXT = join(PROJECT_ROOT, "node_modules", "next", "dist", "bin", "next");

const STAMP = join(PROJECT_ROOT, ".next", "throughline-sources");
const LOCK = join(PROJECT_ROOT, ".cache", "web-build.pid");
/** What the pages are made of. */
const SOURCES = [
  "app",
  "components",
  "public",
  "sdk",
  "server",
  "db",
  "package-lock.json",
  "tsconfig.json",
  "next.config.ts",
  "next.config.mjs",
  "postcss.config.mjs",
  "instrumentation.ts",
  "proxy.ts",
];

/** Heap of the web process, MB. The goal is 450 MB for all of it; what is no heap (code, buffers, threads) is about 150 MB of that. */
const HEAP_MB = 256;

/** What node is called with to serve the built pages. */
export function webArgs(port: number, host = "127.0.0.1"): string[] {
  return [`--max-old-space-size=${HEAP_MB}`, NEXT, "start", "-H", host, "-p", String(port)];
}

export function hasPages(): boolean {
  return existsSync(join(PROJECT_ROOT, "app"));
}

export function isWebBuilt(): boolean {
  return (
    existsSync(join(PROJECT_ROOT, ".next", "BUILD_ID")) &&
    existsSync(STAMP) &&
    readFileSync(STAMP, "utf8") === hashWebSources()
  );
}

/**
 * Builds the pages with Next.js; without network, without telemetry. It runs beside the start of everything else on purpose,
 * because it takes longest.
 * @throws {CliError} with the end of the compiler's output
 */
export async function buildWeb(dataDir: string, stop: AbortSignal): Promise<void> {
  const other = readPidFile(LOCK);
  if (other && isSameProcess(other)) {
    throw new CliError(
      `Another start builds the pages of this folder right now (process ${other.pid}).`,
      "Wait until it is done and start again.",
    );
  }
  const hash = hashWebSources();
  rmSync(STAMP, { force: true });
  const log = openLog(dataDir, "web-build");
  const child = spawn(process.execPath, [NEXT, "build"], {
    cwd: PROJECT_ROOT,
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...baseEnvironment(), NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", CI: "1" },
  });
  closeSync(log);
  const ended = new Promise<number | null>((done) => {
    child.once("exit", (code) => done(code));
    child.once("error", () => done(null));
  });
  const { pid } = child;
  if (pid === undefined) throw new CliError("The pages cannot be built: Next.js did not start.", "Run: npm ci");
  mkdirSync(dirname(LOCK), { recursive: true });
  writePidFile(LOCK, pid);
  const id = { pid, started: startOf(pid) };
  const abandon = () => void endProcess(id, 2_000);
  stop.addEventListener("abort", abandon);
  if (stop.aborted) abandon();
  const code = await ended;
  stop.removeEventListener("abort", abandon);
  rmSync(LOCK, { force: true });
  if (stop.aborted) throw new CliError("The build of the pages was stopped.", "Start again.");
  if (code !== 0) {
    throw new CliError(
      `The pages cannot be built. The compiler said:\n${lastLines(dataDir, "web-build", 15)}`,
      `Read ${logPath(dataDir, "web-build")}.`,
    );
  }
  writeFileSync(STAMP, hash);
}

function hashWebSources(): string {
  const hash = createHash("sha256");
  const add = (path: string) =>
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(PROJECT_ROOT, path)))
      .update("\0");
  for (const source of SOURCES) {
    const path = join(PROJECT_ROOT, source);
    if (!existsSync(path)) continue;
    if (!statSync(path).isDirectory()) {
      add(source);
      continue;
    }
    const files = readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
    for (const file of files)
      if (
        /\.[a-z0-9]+$/i.test(file) &&
        !/\.(test|sql)\./.test(`${basename(file)}.`) &&
        statSync(join(path, file)).isFile()
      )
        add(join(source, file));
  }
  return hash.digest("hex");
}
