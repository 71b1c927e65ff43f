import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../backoff";
import { bundleProgram, checkAfterKill, FEW_ROWS, killAtEveryCall, ONE_FILE_THREAD, openStore } from "./testing-kill";

let folder = "";
let writer = "";
let preload = "";
const hasStrace = spawnSync("strace", ["-V"]).status === 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tl-kill-"));
  writer = await bundleProgram("kill-writer", folder);
  preload = await bundleProgram("kill-preload", folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("G1, G2, F01, F02: a killed writer", () => {
  test("loses nothing it was told is kept, at random moments", { timeout: 120_000 }, async () => {
    const random = seededRandom("random kills");
    const dataDir = mkdtempSync(join(folder, "random-"));
    const ledger = join(dataDir, "ledger.txt");
    writeFileSync(ledger, "");
    for (let round = 0; round < 25; round += 1) {
      const child = spawn(process.execPath, [writer, dataDir, ledger, "0"], { stdio: ["ignore", "ignore", "pipe"] });
      let stderr = "";
      child.stderr.on("data", (part: Buffer) => {
        stderr += part.toString();
      });
      const gone = new Promise<NodeJS.Signals | null>((resolve) =>
        child.once("exit", (_code, signal) => resolve(signal)),
      );
      // From its first row of this round on, however slowly it starts on a busy machine.
      const before = statSync(ledger).size;
      for (const end = Date.now() + 10_000; statSync(ledger).size === before && Date.now() < end; ) await sleep(5);
      await sleep(Math.floor(random() * 120));
      child.kill("SIGKILL");
      expect(await gone, stderr).toBe("SIGKILL");
      await checkAfterKill(dataDir, ledger);
    }
    expect(readFileSync(ledger, "utf8").split("\n").length).toBeGreaterThan(500);
  });

  test("loses nothing at any write, fsync, rename and unlink of the buffer, nor half-way through a write", {
    timeout: 120_000,
  }, async () => {
    const kinds = ["write", "torn", "fdatasync", "fsync", "rename", "unlink", "ftruncate"] as const;
    const kills = await killAtEveryCall({ folder, writer, kinds }, (kind, when) => ({
      program: process.execPath,
      args: ["--import", pathToFileURL(preload).href],
      env: { KILL_CALL: kind, KILL_WHEN: String(when) },
    }));
    console.log(`killed by the process itself: ${JSON.stringify(kills)}`);
    for (const kind of kinds) expect(kills[kind], kind).toBeGreaterThan(0);
    expect(kills.torn).toBe(kills.write);
  });

  test.runIf(hasStrace)(
    "loses nothing at any system call of the buffer that writes, syncs, renames or unlinks",
    { timeout: 120_000 },
    async () => {
      // The bytes go by pwrite64 at a place of their own, but for the small file that is written whole and then renamed.
      const kinds = ["pwrite64", "write", "fdatasync", "fsync", "rename", "unlink", "ftruncate"] as const;
      const kills = await killAtEveryCall({ folder, writer, kinds }, (call, when, dataDir) => ({
        program: "strace",
        args: [
          ...["-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`],
          // without a path it would count what Node's threads write to wake each other
          ...(call === "write" ? ["-P", join(dataDir, "buffer.json.next")] : []),
          ...["-e", `inject=${call}:signal=SIGKILL:when=${when}`, process.execPath],
        ],
        env: {},
      }));
      console.log(`killed by strace: ${JSON.stringify(kills)}`);
      for (const kind of kinds) expect(kills[kind], kind).toBeGreaterThan(0);
    },
  );

  test.runIf(hasStrace)("makes no call that changes a file and is not among those it is killed at", () => {
    const dataDir = mkdtempSync(join(folder, "calls-"));
    const ledger = join(dataDir, "ledger.txt");
    writeFileSync(ledger, "");
    const trace = join(dataDir, "trace.txt");
    const changing =
      "writev,pwritev,pwritev2,sync_file_range,fallocate,truncate,renameat,renameat2,link,linkat,unlinkat";
    const { status, stderr } = spawnSync(
      "strace",
      [
        ...["-f", "-qq", "-y", "-o", trace, "-e", `trace=${changing},pwrite64`],
        ...[process.execPath, writer, dataDir, ledger, ...FEW_ROWS],
      ],
      { env: ONE_FILE_THREAD },
    );
    expect(status, stderr.toString()).toBe(0);
    const ours = readFileSync(trace, "utf8")
      .split("\n")
      .filter((line) => line.includes(dataDir));
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.filter((line) => !line.includes("pwrite64("))).toEqual([]);
  });

  test.runIf(hasStrace).each([
    ["F09", "pwrite64", "ENOSPC", "DISK_FULL"],
    ["F09", "pwrite64", "EIO", "DISK_ERROR"],
    ["F10", "fdatasync", "EIO", "DISK_ERROR"],
    ["F12", "pwrite64", "EROFS", "DISK_ERROR"],
  ])(
    "%s: while %s fails with %s rows are refused by code, and taken again once it works, without a restart",
    { timeout: 60_000 },
    async (_row, call, error, code) => {
      for (const from of [6, 17, 29]) {
        const dataDir = mkdtempSync(join(folder, "fault-"));
        const ledger = join(dataDir, "ledger.txt");
        writeFileSync(ledger, "");
        const inject = `inject=${call}:error=${error}:when=${from}..${from + 12}`;
        const args = ["-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
        const { status, stderr } = spawnSync("strace", [...args, process.execPath, writer, dataDir, ledger, "80"], {
          env: ONE_FILE_THREAD,
        });
        const text = readFileSync(ledger, "utf8");
        expect(status, stderr.toString()).toBe(0);
        const refused = [...text.matchAll(/^refused (\d+) (\w+)$/gm)];
        expect(refused.length, text).toBeGreaterThan(0);
        expect(new Set(refused.map(([, , said]) => said)).size).toBeLessThanOrEqual(1);
        for (const [, , said] of refused) expect(said).toBe(code);
        expect(text).toMatch(/^took 79$/m);
        const values = await checkAfterKill(dataDir, ledger);
        for (const [, n] of refused) expect(values.has(Number(n)), `${n} was refused`).toBe(false);
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
  );

  /** Runs the writer for 80 rows and says which files were synced whole, in order, with the calls of `failing` failing. */
  function traceSyncs(dataDir: string, ledger: string, failing?: { from: number; count: number }) {
    writeFileSync(ledger, "");
    const trace = join(dataDir, "trace.txt");
    const fault = failing
      ? ["-e", `inject=fsync:error=EIO:when=${failing.from}..${failing.from + failing.count - 1}`]
      : [];
    const { status, stderr } = spawnSync(
      "strace",
      ["-f", "-qq", "-y", "-o", trace, "-e", "trace=fsync", ...fault, process.execPath, writer, dataDir, ledger, "80"],
      { env: ONE_FILE_THREAD },
    );
    expect(status, stderr.toString()).toBe(0);
    return readFileSync(trace, "utf8")
      .split("\n")
      .filter((line) => line.includes("fsync("))
      .map((line) => ({
        file: /<(.*)>/.exec(line)?.[1]?.slice(dataDir.length + 1) ?? "",
        hasFailed: line.includes("INJECTED"),
      }));
  }

  test.runIf(hasStrace).each([
    // A spare that cannot be made is no fault. The file that is then made in its place, for rows that wait, is one.
    ["the spare row file and the one that rows are written to", /^rows\/\d+\.log$/, true],
    // Rows stay in the row log until a segment has taken them.
    ["a segment of sealed batches", /^lanes\/telemetry\/\d+\.seg$/, false],
  ])(
    "F10: while fsync fails for %s, rows are kept or refused by code, and it goes on without a restart",
    { timeout: 60_000 },
    async (_name, file, isRefusing) => {
      const clean = mkdtempSync(join(folder, "syncs-"));
      const syncs = traceSyncs(clean, join(clean, "ledger.txt")).map((sync) => sync.file);
      const places = syncs.flatMap((name, index) => (file.test(name) ? [index + 1] : [])).slice(0, 2);
      expect(places.length, syncs.join(" ")).toBe(2);
      for (const from of places) {
        const dataDir = mkdtempSync(join(folder, "fsync-"));
        const ledger = join(dataDir, "ledger.txt");
        const failed = traceSyncs(dataDir, ledger, { from, count: 4 }).filter((sync) => sync.hasFailed);
        expect(failed.filter((sync) => file.test(sync.file)).length).toBe(4);
        const text = readFileSync(ledger, "utf8");
        const refused = [...text.matchAll(/^refused (\d+) (\w+)$/gm)];
        // Of the four, the first is the spare's: the other three are met by a row each.
        expect(refused.map(([, , code]) => code)).toEqual(isRefusing ? Array(3).fill("DISK_ERROR") : []);
        expect(text).toMatch(/^took 79$/m);
        const values = await checkAfterKill(dataDir, ledger);
        for (const [, n] of refused) expect(values.has(Number(n)), `${n} was refused`).toBe(false);
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
  );

  test("starts again after a torn tail, garbage behind the log, and a file of garbage", async () => {
    const dataDir = mkdtempSync(join(folder, "torn-"));
    const ledger = join(dataDir, "ledger.txt");
    writeFileSync(ledger, "");
    spawnSync(process.execPath, [writer, dataDir, ledger, "33"]);
    const kept = await checkAfterKill(dataDir, ledger);
    for (const part of ["rows", "lanes/telemetry"]) {
      const last = join(dataDir, part, readdirSync(join(dataDir, part)).sort().at(-1) ?? "");
      appendFileSync(last, Buffer.from([9, 0, 0, 0, 1, 2, 3]));
      expect(await checkAfterKill(dataDir, ledger)).toEqual(kept);
      appendFileSync(last, Buffer.alloc(5_000, 0xa5));
      expect(await checkAfterKill(dataDir, ledger)).toEqual(kept);
    }
    writeFileSync(join(dataDir, "rows", "0000009999.log"), Buffer.alloc(3_000, 0x5a));
    writeFileSync(join(dataDir, "lanes", "telemetry", "0000009999.seg"), Buffer.alloc(3_000, 0x5a));
    expect(await checkAfterKill(dataDir, ledger)).toEqual(kept);
    const again = spawnSync(process.execPath, [writer, dataDir, ledger, "6"]);
    expect(again.status, again.stderr.toString()).toBe(0);
    await checkAfterKill(dataDir, ledger);
    expect(readdirSync(join(dataDir, "torn")).length).toBeGreaterThan(0);
  });

  test("a row log cut at any byte keeps every whole row before the cut", async () => {
    const dataDir = mkdtempSync(join(folder, "cut-"));
    const store = await openStore(dataDir);
    for (let n = 0; n < 8; n += 1)
      await store.append("telemetry", [{ tsMs: n, json: `{"v":{"1":${n}}}` }], { durable: true });
    await store.close();
    const file = join(dataDir, "rows", readdirSync(join(dataDir, "rows")).at(-1) ?? "");
    let before = 8;
    for (let size = statSync(file).size - 1; size > 0; size -= 37) {
      const copy = mkdtempSync(join(folder, "copy-"));
      rmSync(copy, { recursive: true });
      spawnSync("cp", ["-r", dataDir, copy]);
      truncateSync(join(copy, "rows", readdirSync(join(copy, "rows")).at(-1) ?? ""), size);
      const cut = await openStore(copy);
      const rows = cut.unsealed("telemetry")?.rows ?? [];
      expect(rows.map((row) => row.tsMs)).toEqual([...rows.keys()]);
      expect(rows.length).toBeLessThanOrEqual(before);
      before = rows.length;
      await cut.close();
      rmSync(copy, { recursive: true, force: true });
    }
  });
});
