import { mkdtempSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFileBuffer } from "./file-buffer";
import type { BufferStore } from "./port";

/** G1, the half that no kill of a process can show: what a power cut may take is at most 1 s or 500 rows. */

let folder = "";
let store: BufferStore | null = null;
let syncs = 0;
let restore: () => void = () => undefined;

/** Counts every fdatasync of this process; each still reaches the disk. */
async function countSyncs(): Promise<void> {
  const file = await open(join(folder, "probe"), "w");
  const handles: FileHandle = Object.getPrototypeOf(file);
  const original = handles.datasync;
  handles.datasync = function (this: FileHandle) {
    syncs += 1;
    return original.call(this);
  };
  restore = () => void (handles.datasync = original);
  await file.close();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tl-sync-"));
  await countSyncs();
  const origin = { boot: "01JH0000000000000000000000", clock: { source: "manual" as const, offsetMs: 0, errorMs: 1 } };
  store = await openFileBuffer({ dataDir: join(folder, "data"), origin: () => origin, monoMs: () => 0 });
  // the first row makes the log's first file, which is synced whatever it holds
  await append(1);
  await store.sync();
  syncs = 0;
});
afterEach(async () => {
  await store?.close();
  restore();
  rmSync(folder, { recursive: true, force: true });
});

async function append(rows: number): Promise<void> {
  for (let n = 0; n < rows; n += 1)
    await store?.append("telemetry", [{ tsMs: n, json: `{"v":{"1":${n}}}` }], { durable: false });
}

test("500 rows that nobody waits for are on the disk with the last of them", async () => {
  const startedMs = performance.now();
  await append(499);
  const early = syncs;
  // on a slow disk the second may pass before the rows do
  if (performance.now() - startedMs < 900) expect(early).toBe(0);
  await append(1);
  expect(syncs).toBeGreaterThanOrEqual(1);
});

test("one row is on the disk after a second, and then there is nothing left to sync", async () => {
  await append(1);
  expect(syncs).toBe(0);
  await sleep(500);
  expect(syncs).toBe(0);
  await expect.poll(() => syncs, { timeout: 1_500, interval: 20 }).toBe(1);
  await sleep(1_200);
  expect(syncs).toBe(1);
});

test("a durable row is on the disk when its promise resolves, and takes the rows before it along", async () => {
  await append(3);
  await store?.append("events", [{ tsMs: 4, json: "{}" }], { durable: true });
  expect(syncs).toBe(1);
  await sleep(1_200);
  expect(syncs).toBe(1);
});
