import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { expect } from "vitest";
import { decodeBatch } from "../evictor";
import { newUlid, openFileBuffer } from "./file-buffer";

/** Kill tests: the process that is killed, the ways to kill it, and what must then be in its buffer. */

/** strace counts per thread: with one thread for file work, the count is the writer's own order of calls. */
export const ONE_FILE_THREAD = { ...process.env, UV_USE_IO_URING: "0", UV_THREADPOOL_SIZE: "1" };

const PROGRAMS = {
  "kill-writer": new URL("./kill-writer.ts", import.meta.url),
  "kill-preload": new URL("./kill-preload.ts", import.meta.url),
};

/** Bundles one of the programs beside this file into `folder`; the path of the bundle. */
export async function bundleProgram(name: keyof typeof PROGRAMS, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [PROGRAMS[name].pathname],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    alias: { "@": process.cwd() },
    banner: {
      js: 'import { createRequire as throughlineRequire } from "node:module"; const require = throughlineRequire(import.meta.url);',
    },
    logLevel: "silent",
  });
  return outfile;
}

export function openStore(dataDir: string) {
  const clock = { source: "manual" as const, offsetMs: 0, errorMs: 1 };
  return openFileBuffer({
    dataDir,
    origin: () => ({ boot: newUlid(), clock }),
    monoMs: () => 0,
    segmentBytes: 4_096,
    rowFileBytes: 2_048,
  });
}

/** Opens what a kill left and holds it against the ledger: everything taken is there or was freed, nothing is there twice. */
export async function checkAfterKill(dataDir: string, ledger: string): Promise<Set<number>> {
  const text = readFileSync(ledger, "utf8");
  const offered = new Set([...text.matchAll(/^offer (\d+)$/gm)].map(([, n]) => Number(n)));
  const took = [...text.matchAll(/^took (\d+)$/gm)].map(([, n]) => Number(n));
  const freedRow = Math.max(0, ...[...text.matchAll(/^freed (\d+)$/gm)].map(([, n]) => Number(n)));
  const store = await openStore(dataDir);
  try {
    const values: number[] = [];
    const rowOf: number[] = [];
    let expectedRow: number | null = null;
    for (const batch of store.held("telemetry")) {
      const body: { first: number; columns: Record<string, number[]> } = JSON.parse(
        await decodeBatch(await store.read("telemetry", batch.batch), batch.encoding),
      );
      expect(body.first).toBe(expectedRow ?? body.first);
      (body.columns["1"] ?? []).forEach((value, index) => {
        values.push(value);
        rowOf.push(body.first + index);
      });
      expectedRow = body.first + batch.span;
    }
    const run = store.unsealed("telemetry");
    if (run) expect(run.first).toBe(expectedRow ?? run.first);
    run?.rows.forEach((row, index) => {
      values.push(JSON.parse(row.json).v["1"]);
      rowOf.push(run.first + index);
    });
    expect(store.missing("telemetry")).toEqual([]);
    expect(new Set(values).size).toBe(values.length);
    for (const value of values) expect(offered.has(value)).toBe(true);
    const recovered = new Set(values);
    const lowestRow = rowOf[0] ?? store.lane("telemetry").nextRow;
    expect(lowestRow).toBeLessThanOrEqual(Math.max(freedRow, 0) === 0 ? 0 : freedRow);
    const lost = took.filter((n) => !recovered.has(n));
    // Rows below the first one held were freed: there are as many of them as row numbers, so none can hide among them.
    expect(lost.length).toBeLessThanOrEqual(lowestRow);
    expect(lost.every((n) => values.length === 0 || n < Math.min(...values))).toBe(true);
    return recovered;
  } finally {
    await store.close();
  }
}

/** How a writer is started that kills itself, or is killed, at the `when`th call of a kind. */
type Command<Kind> = (
  kind: Kind,
  when: number,
  dataDir: string,
) => { program: string; args: string[]; env: Record<string, string> };

/** Rows of one run, and sizes so small that log files and segments are made, finished and unlinked within it. */
export const FEW_ROWS = ["16", "1000", "600"];

/**
 * Kills the writer at its first call of each kind, at its second, and so on until it comes to its end without being killed;
 * each time with a new folder, which must then hold what was taken. After every fourth kill the writer starts again on what
 * is there. Two at a time.
 *
 * @returns how many kills there were of each kind
 */
export async function killAtEveryCall<Kind extends string>(
  { folder, writer, kinds }: { folder: string; writer: string; kinds: readonly Kind[] },
  command: Command<Kind>,
): Promise<Record<string, number>> {
  const kills: Record<string, number> = {};
  for (const kind of kinds) {
    let next = 0;
    let last = Number.POSITIVE_INFINITY;
    const lane = async () => {
      for (let when = (next += 1); when < last; when = next += 1) {
        const isKilled = await killOnce(folder, writer, when, (dataDir) => command(kind, when, dataDir));
        if (!isKilled) last = Math.min(last, when);
      }
    };
    await Promise.all([lane(), lane()]);
    kills[kind] = last - 1;
  }
  return kills;
}

/** False when the writer came to its end. */
async function killOnce(
  folder: string,
  writer: string,
  when: number,
  command: (dataDir: string) => ReturnType<Command<string>>,
): Promise<boolean> {
  const dataDir = mkdtempSync(join(folder, "kill-"));
  const ledger = join(dataDir, "ledger.txt");
  writeFileSync(ledger, "");
  const { program, args, env } = command(dataDir);
  const { signal, status, stderr } = await run(program, [...args, writer, dataDir, ledger, ...FEW_ROWS], env);
  if (signal !== "SIGKILL" && status !== 0) expect(signal ?? status, stderr).toBe("SIGKILL");
  await checkAfterKill(dataDir, ledger);
  // No crash loop: the next start finishes its work.
  if (when % 4 === 0) {
    const again = await run(process.execPath, [writer, dataDir, ledger, "5"], {});
    expect(again.status, again.stderr).toBe(0);
    await checkAfterKill(dataDir, ledger);
  }
  rmSync(dataDir, { recursive: true, force: true });
  return signal === "SIGKILL";
}

function run(
  program: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ signal: NodeJS.Signals | null; status: number | null; stderr: string }> {
  const child = spawn(program, args, { env: { ...ONE_FILE_THREAD, ...env }, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (part: Buffer) => {
    stderr += part.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve({ signal, status, stderr }));
  });
}
