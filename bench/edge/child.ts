import { performance } from "node:perf_hooks";
import { readFileSync } from "node:fs";
import { open as openFile } from "node:fs/promises";
import { join } from "node:path";
import { newUlid, openFileBuffer } from "@/sdk/device/buffer/file-buffer";
import { openDevice } from "@/sdk/device/device";
import { seededRandom } from "@/sdk/device/backoff";

/**
 * The measured process: one device and nothing else, so that its memory and its times are its own. What it measured goes
 * to stdout as one JSON object. Arguments: what to do, then a JSON object with the settings.
 */
interface Settings {
  node: string;
  url: string;
  token: string;
  dataDir: string;
  seconds: number;
  readingsPerSecond: number;
  columns: number;
  bytes: number;
  /** readings per second to keep to; 0 = as fast as it goes */
  pace: number;
}

const [task = "", text = "{}"] = process.argv.slice(2);
const settings: Settings = {
  node: "bench",
  url: "mqtt://127.0.0.1:9",
  token: "none",
  dataDir: "",
  seconds: 10,
  readingsPerSecond: 1_000,
  columns: 1,
  bytes: 0,
  pace: 0,
  ...JSON.parse(text),
};
let rssMb = 0;
const watch = setInterval(() => {
  rssMb = Math.max(rssMb, process.memoryUsage.rss() / 1024 / 1024);
}, 100);
watch.unref();

const RECOVERED_WITHIN_S = 60;
const random = seededRandom("bench");
const keys = Array.from({ length: settings.columns }, (_, index) => `plant/s${index}`);
const row = () => ({
  tsMs: Date.now(),
  values: Object.fromEntries(keys.map((key) => [key, Math.round((20 + random() * 5) * 1_000) / 1_000])),
});

if (task === "floor") await floorAtRate();
else if (task === "write") await writeAtRate();
else if (task === "throughput") await writeAsFastAsAcked();
else if (task === "fill") await fill();
else if (task === "recover") await recover();
else if (task === "drain") await drain();
else throw new RangeError(`no task ${task}`);

function open(quotaBytes = 2 * 1024 ** 3) {
  const { node, url, token, dataDir } = settings;
  const streams = keys.map((key) => ({ key, quantity: "temperature", unit: "Cel", type: "number" as const }));
  return openDevice({
    node,
    url,
    token,
    dataDir,
    streams,
    quota: { bytes: quotaBytes },
    backfillRate: 200_000,
    timing: { reconnectMinMs: 50 },
  });
}

/** One write per reading at a fixed pace; the time each takes to be in the log. */
async function writeAtRate(): Promise<void> {
  const device = await open();
  const took: number[] = [];
  const total = settings.seconds * settings.readingsPerSecond;
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  for (let n = 0; n < total; ) {
    const due = Math.floor(((performance.now() - startMs) * settings.readingsPerSecond) / 1_000);
    for (; n < Math.min(due, total); n += 1) {
      const at = performance.now();
      pending.push(device.write(row(), { durable: true }).then(() => void took.push(performance.now() - at)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(pending);
  await device.close();
  took.sort((a, b) => a - b);
  say({
    p50Ms: took[Math.floor(took.length * 0.5)],
    p99Ms: took[Math.floor(took.length * 0.99)],
    n: took.length,
    rssMb,
  });
}

/**
 * The floor: at the same pace, whatever arrived since the last fsync is appended to a plain file and synced. `p99Ms` counts
 * from the append on; `waitedP99Ms` from the moment a reading was due, so that those which came during a slow sync count
 * the wait for it.
 */
async function floorAtRate(): Promise<void> {
  const file = await openFile(join(settings.dataDir, "floor"), "w");
  const took: number[] = [];
  const waited: number[] = [];
  const total = settings.seconds * settings.readingsPerSecond;
  const startMs = performance.now();
  for (let n = 0; n < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) * settings.readingsPerSecond) / 1_000));
    if (due === n) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      continue;
    }
    const at = performance.now();
    await file.write(Buffer.alloc((due - n) * 40, 1));
    await file.datasync();
    const doneAt = performance.now();
    for (; n < due; n += 1) {
      took.push(doneAt - at);
      waited.push(doneAt - startMs - ((n + 1) * 1_000) / settings.readingsPerSecond);
    }
  }
  await file.close();
  took.sort((a, b) => a - b);
  waited.sort((a, b) => a - b);
  const at99 = Math.floor(took.length * 0.99);
  say({ p99Ms: took[at99], waitedP99Ms: waited[at99], n: took.length, rssMb });
}

/** Rows as fast as the buffer and the control plane take them: never more than 20 batches ahead of the durable ack. */
async function writeAsFastAsAcked(): Promise<void> {
  const device = await open();
  for (let i = 0; device.stats().state !== "online" && i < 1_000; i += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  const startMs = performance.now();
  let rows = 0;
  while (performance.now() - startMs < settings.seconds * 1_000) {
    const writes: Promise<void>[] = [];
    for (let i = 0; i < 100; i += 1) writes.push(device.write(row()));
    await Promise.all(writes);
    rows += 100;
    const aheadMs =
      settings.pace > 0 ? (rows * settings.columns * 1_000) / settings.pace - (performance.now() - startMs) : 0;
    if (aheadMs > 1) await new Promise((resolve) => setTimeout(resolve, aheadMs));
    while (device.stats().lanes.telemetry.batches > 20) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await device.flush();
  while (device.stats().lanes.telemetry.batches > 0) await new Promise((resolve) => setTimeout(resolve, 2));
  const tookS = (performance.now() - startMs) / 1_000;
  const stats = device.stats();
  await device.close();
  say({
    readings: rows * settings.columns,
    rows,
    tookS,
    rssMb,
    batches: stats.ackedBatches,
    resent: stats.resentBatches,
  });
}

/** A backlog of `bytes`, and a kill in the middle of writing. */
async function fill(): Promise<void> {
  const boot = newUlid();
  const clock = { source: "ntp" as const, offsetMs: 0, errorMs: 8 };
  const store = await openFileBuffer({
    dataDir: settings.dataDir,
    origin: () => ({ boot, clock }),
    monoMs: () => performance.now(),
  });
  const bytes = Buffer.alloc(40_000);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Math.floor(random() * 256);
  const { epoch } = store;
  const body = (batch: number) =>
    Buffer.from(
      JSON.stringify({
        v: 1,
        node: settings.node,
        epoch,
        lane: "telemetry",
        batch,
        first: batch * 500,
        count: 0,
        base: 1,
        clock: { ...clock, boot, monoMs: 1 },
        dt: [],
        columns: {},
        pad: bytes.toString("base64").slice(0, 40_000),
      }),
    );
  for (let batch = 0; batch * 40_000 < settings.bytes; batch += 1) {
    const meta = {
      lane: "telemetry" as const,
      batch,
      first: batch * 500,
      span: 500,
      rows: 500,
      fromMs: batch,
      toMs: batch + 1,
      kind: "raw" as const,
      pinned: false,
      boot,
      encoding: null,
    };
    await store.storeBatch(meta, body(batch));
  }
  for (let n = 0; n < 400; n += 1)
    await store.append("telemetry", [{ tsMs: n, json: '{"v":{"1":1}}' }], { durable: false });
  process.kill(process.pid, "SIGKILL");
}

/**
 * From the start of the process (`performance.now()` counts from there) to the first durable write on top of the backlog, the
 * first batch sent and the first one acknowledged; then a kill, so that the next round finds a backlog that was cut off too.
 */
async function recover(): Promise<void> {
  const device = await open();
  const sinceStartS = () => performance.now() / 1_000;
  const openedS = sinceStartS();
  const firstWriteS = device.write(row(), { durable: true }).then(sinceStartS);
  let firstSentS = 0;
  while (device.stats().ackedBatches === 0) {
    if (firstSentS === 0 && device.stats().sentBatches > 0) firstSentS = sinceStartS();
    if (sinceStartS() > RECOVERED_WITHIN_S) throw new Error(`nothing was acknowledged in ${RECOVERED_WITHIN_S} s`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const firstAckS = sinceStartS();
  const { lanes, bufferBytes } = device.stats();
  say({
    openedS,
    firstWriteS: await firstWriteS,
    firstSentS: firstSentS || firstAckS,
    firstAckS,
    batches: lanes.telemetry.batches,
    bufferBytes,
    peakMb: peakMb(),
  });
  process.kill(process.pid, "SIGKILL");
}

/** With a control plane in reach the backlog is read and sent: memory must not follow it. */
async function drain(): Promise<void> {
  const device = await open();
  await new Promise((resolve) => setTimeout(resolve, settings.seconds * 1_000));
  say({ sentBatches: device.stats().sentBatches, peakMb: peakMb() });
  await device.close();
}

/** The most memory this process ever held, MB (proc(5) VmHWM). */
function peakMb(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) / 1_024;
}

function say(figures: object): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
