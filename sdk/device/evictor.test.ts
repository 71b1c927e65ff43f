import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Lane } from "@/sdk/wire/names";
import { openFileBuffer } from "./buffer/file-buffer";
import type { BufferStore } from "./buffer/port";
import { openDevice } from "./device";
import { Evictor } from "./evictor";

const BASE_MS = 1_767_225_600_000;
let dataDir = "";
let store: BufferStore | null = null;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "tl-evict-"));
});
afterEach(async () => {
  await store?.close();
  store = null;
  rmSync(dataDir, { recursive: true, force: true });
});

/** Leaves a buffer with batches in all four lanes, of inference and media both pinned and unpinned, none ever sent. */
async function fillAllLanes(): Promise<void> {
  const device = await openDevice({
    node: "node-1",
    url: "mqtt://127.0.0.1:9",
    token: "t",
    dataDir,
    streams: [{ key: "a/b", quantity: "flow", unit: "L/min", type: "number" }],
    seal: {
      compression: "none",
      rows: 100,
      delayMs: { events: 60_000, telemetry: 60_000, inference: 60_000, media: 60_000 },
    },
  });
  // `round` % 2 decides what is pinned; each lane is flushed apart so that no batch mixes the two
  for (let round = 0; round < 4; round += 1) {
    for (let n = 0; n < 100; n += 1) {
      const tsMs = BASE_MS + (round * 100 + n) * 1_000;
      await device.write({ tsMs, values: { "a/b": n } });
      if (n % 10 > 0) continue;
      await device.event({ tsMs, kind: "marker" });
      await device.inference({
        tsMs,
        id: crypto.randomUUID(),
        slot: "s",
        model: `sha256:${"0".repeat(64)}`,
        role: "active",
        input: null,
        output: { score: 1, ...(round % 2 === 1 ? { alarm: true } : {}) },
        latencyMs: 1,
        window: [tsMs, tsMs],
      });
      await device.media({
        tsMs,
        sha256: "0".repeat(64),
        bytes: 1,
        type: "image/jpeg",
        stream: "a/b",
        from: tsMs,
        to: tsMs,
        ...(round % 2 === 1 ? { trigger: "pattern:hot" } : {}),
      });
    }
    await device.flush();
  }
  await device.close();
}

/** The buffer, with a note of everything that was given up: "lane what-it-was", in order, repetitions left out. */
function watched(real: BufferStore, order: string[]): BufferStore {
  return new Proxy(real, {
    get(target, name) {
      if (name === "replaceBatch")
        return (...args: Parameters<BufferStore["replaceBatch"]>) => {
          const old = real.find(args[0].lane, args[0].batch);
          const step = `${args[0].lane} ${args[0].lane === "telemetry" ? old?.kind : old?.pinned ? "pinned" : "unpinned"}`;
          if (order.at(-1) !== step) order.push(step);
          return real.replaceBatch(...args);
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const clock = { source: "manual" as const, offsetMs: 0, errorMs: 1 };
const boot = "01JH0000000000000000000000";
const evictorOf = (bytes: number, of: BufferStore) =>
  new Evictor({
    node: "node-1",
    boot,
    store: of,
    quota: { bytes, lanes: { events: bytes, telemetry: bytes, inference: bytes, media: bytes } },
    clock: () => ({ ...clock, boot, monoMs: 0 }),
    isUnderWay: () => false,
    compression: "none",
  });

test("G5: with all four lanes over the quota they give way in the order of sacrifice, events last", async () => {
  await fillAllLanes();
  store = await openFileBuffer({ dataDir, origin: () => ({ boot, clock }), monoMs: () => 0 });
  const order: string[] = [];
  // no bytes at all: everything that may go goes, and the evictor says that this is not enough
  expect(await evictorOf(0, watched(store, order)).makeRoom()).toBe(false);
  expect(order).toEqual([
    "telemetry raw",
    "telemetry rollup",
    "media unpinned",
    "inference unpinned",
    "media pinned",
    "inference pinned",
    "events pinned",
  ]);
  const lanes: Lane[] = ["events", "telemetry", "inference", "media"];
  for (const lane of lanes) expect([...store.held(lane)].every(({ kind }) => kind === "gap")).toBe(true);
});

test("a lane over its own quota gives up its own data only", async () => {
  await fillAllLanes();
  store = await openFileBuffer({ dataDir, origin: () => ({ boot, clock }), monoMs: () => 0 });
  const order: string[] = [];
  const evictor = new Evictor({
    node: "node-1",
    boot,
    store: watched(store, order),
    quota: { bytes: 1e9, lanes: { events: 1e9, telemetry: 1e9, inference: 1, media: 1e9 } },
    clock: () => ({ ...clock, boot, monoMs: 0 }),
    isUnderWay: () => false,
    compression: "none",
  });
  await evictor.makeRoom();
  expect(order).toEqual(["inference unpinned", "inference pinned"]);
});
