import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Project folder, seen from cli/build.ts and from its bundle in dist/ alike. */
export const PROJECT_ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

const DIST = join(PROJECT_ROOT, "dist");
const STAMP = join(DIST, ".sources");
const LOCK = join(DIST, ".building");
const LOCK_TIMEOUT_MS = 60_000;

/** One bundle per process: name in dist/ → the file that starts when run. */
const ENTRIES = {
  cli: "cli/main.ts",
  broker: "cli/embedded/broker-aedes-main.ts",
  ingest: "server/ingest/main.ts",
  "ingest-reader": "server/ingest/reader-thread.ts",
  jobs: "server/jobs/main.ts",
  "optimiser-thread": "server/value/optimiser/thread.ts",
  edge: "edge-worker/main.ts",
  "inference-thread": "edge-worker/inference/thread.ts",
  "model-probe": "edge-worker/inference/probe.ts",
} as const;

/** Folders whose TypeScript can end up in a bundle. */
const SOURCE_FOLDERS = ["cli", "db", "edge-worker", "sdk", "server"];

export type BundleName = keyof typeof ENTRIES;

export interface BuildResult {
  /** False when nothing had changed. */
  built: boolean;
  /** Entries that do not compile; their old bundles are removed, so that nobody runs yesterday's code unawares. */
  failed: { name: BundleName; message: string }[];
}

export function bundlePath(name: BundleName): string {
  return join(DIST, `${name}.js`);
}

/** Heap of a process, MB. */
const HEAP: Partial<Record<BundleName, readonly string[]>> = {
  // What is under way is held for a tenth of a second, long enough to leave the young generation; an old generation that starts
  // small is then collected several times a second, which cost a quarter of the processor time.
  ingest: ["--max-old-space-size=160", "--initial-old-space-size=120"],
  // An edge device has little memory: a small young generation keeps 10 MB to 25 MB of it free. Half of the 256 MB a worker may
  // take is its heap's (the model thread has a cap of its own); the rest is code, buffers and models.
  edge: ["--max-old-space-size=128", "--max-semi-space-size=2"],
};

/** How node is set for a process, whichever file it then runs. */
export function nodeFlags(name: BundleName): string[] {
  return [...(HEAP[name] ?? []), "--enable-source-maps"];
}

/**
 * What the C library's allocator is told (glibc; others ignore it). Left to itself it gives each thread that allocates an arena of its own,
 * keeps in it what was freed, and raises the size from which memory goes straight back to the system. Messages and blocks of numbers come
 * and go by the hundred a second and outside the JavaScript heap: ingest then held 332 MB under a flood of large batches and 328 MB after
 * it, instead of 278 MB and 263 MB, and an edge worker at 20,000 readings/s takes 20 MB less (`npm run bench -- ingest|edge`).
 */
const ALLOCATOR: Partial<Record<BundleName, Readonly<Record<string, string>>>> = {
  ingest: { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "131072", MALLOC_TRIM_THRESHOLD_: "131072" },
  edge: { MALLOC_ARENA_MAX: "2", MALLOC_TRIM_THRESHOLD_: "131072" },
};

/** Environment that belongs to running a process with `nodeFlags`; what the environment says already wins. */
export function nodeEnvironment(name: BundleName): Readonly<Record<string, string>> {
  return ALLOCATOR[name] ?? {};
}

/** What node is called with to run a bundle. */
export function nodeArgs(name: BundleName): string[] {
  return [...nodeFlags(name), bundlePath(name)];
}

/**
 * Bundles every process into dist/ with esbuild when a source changed since the last time (content hash, about 20 ms to see).
 * Two at once: the second waits, then finds nothing to do. A bundle is replaced by renaming, so a process that starts
 * meanwhile gets the old one or the new one, never half of one.
 */
export async function buildProcesses(): Promise<BuildResult> {
  if (isCurrent(hashSources())) return { built: false, failed: [] };
  mkdirSync(DIST, { recursive: true });
  const release = await takeLock();
  try {
    const hash = hashSources();
    if (isCurrent(hash)) return { built: false, failed: [] };
    const failed = await bundleAll();
    if (failed.length === 0) writeFileSync(STAMP, hash);
    else rmSync(STAMP, { force: true });
    return { built: true, failed };
  } finally {
    release();
  }
}

async function bundleAll(): Promise<BuildResult["failed"]> {
  const { build } = await import("esbuild");
  const failed: BuildResult["failed"] = [];
  const outputs = new Set<string>();
  await Promise.all(
    entriesPresent().map(async ([name, entry]) => {
      try {
        // Only the command line is split: its rarely used parts (MQTT, PostgreSQL) are loaded when a command needs them.
        const { outputFiles } = await build({
          absWorkingDir: PROJECT_ROOT,
          entryPoints: [{ in: entry, out: name }],
          outdir: DIST,
          write: false,
          bundle: true,
          splitting: name === "cli",
          chunkNames: "cli-[hash]",
          packages: "external",
          platform: "node",
          format: "esm",
          target: "node20",
          sourcemap: "linked",
          logLevel: "silent",
        });
        // The entry last: what it refers to must be there when somebody starts it.
        const order = [...outputFiles].sort(
          (one, other) => Number(one.path === bundlePath(name)) - Number(other.path === bundlePath(name)),
        );
        for (const { path, contents } of order) {
          writeFileSync(`${path}.${process.pid}.new`, contents);
          renameSync(`${path}.${process.pid}.new`, path);
          outputs.add(basename(path));
        }
      } catch (cause) {
        rmSync(bundlePath(name), { force: true });
        failed.push({ name, message: cause instanceof Error ? cause.message : String(cause) });
      }
    }),
  );
  if (!failed.some(({ name }) => name === "cli")) {
    for (const file of readdirSync(DIST))
      if (/^cli-[A-Z0-9]+\.js/.test(file) && !outputs.has(file)) rmSync(join(DIST, file));
  }
  return failed;
}

function entriesPresent(): [BundleName, string][] {
  const present: [BundleName, string][] = [];
  let name: BundleName;
  for (name in ENTRIES) if (existsSync(join(PROJECT_ROOT, ENTRIES[name]))) present.push([name, ENTRIES[name]]);
  return present;
}

function isCurrent(hash: string): boolean {
  if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== hash) return false;
  return entriesPresent().every(([name]) => existsSync(bundlePath(name)));
}

/** Hash over every source that can reach a bundle, the compiler settings and the versions installed. Tests do not count. */
function hashSources(): string {
  const hash = createHash("sha256");
  const add = (path: string) =>
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(PROJECT_ROOT, path)))
      .update("\0");
  for (const file of ["tsconfig.json", "package-lock.json"]) if (existsSync(join(PROJECT_ROOT, file))) add(file);
  for (const folder of SOURCE_FOLDERS) {
    if (!existsSync(join(PROJECT_ROOT, folder))) continue;
    const files = readdirSync(join(PROJECT_ROOT, folder), { recursive: true, encoding: "utf8" });
    for (const file of files.sort())
      if (/\.(ts|json)$/.test(file) && !basename(file).endsWith(".test.ts")) add(join(folder, file));
  }
  return hash.digest("hex");
}

/** One build at a time. The lock of a builder that died is taken over. */
async function takeLock(): Promise<() => void> {
  for (const deadline = Date.now() + LOCK_TIMEOUT_MS; ; await sleep(50)) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: "wx" });
      return () => rmSync(LOCK, { force: true });
    } catch (cause) {
      if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause;
    }
    if (Date.now() > deadline)
      throw new Error(`Another build of dist/ has held ${LOCK} for a minute. Delete that file if no build runs.`);
    const holder = existsSync(LOCK) ? Number(readFileSync(LOCK, "utf8")) : 0;
    if (holder > 0 && !isAlive(holder)) rmSync(LOCK, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM";
  }
}
