import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { openDevice } from "@/sdk/device/device";
import { DeviceError } from "@/sdk/device/errors";
import { openLedger, readLedger } from "./ledger";

/**
 * One device with one stream whose value is a running number, so that every reading can be told from every other. It is
 * killed without warning and started again; a number is never used twice. `--quota` small enough makes it drop readings,
 * which must then be accounted for by gap records.
 */
const { values: flags } = parseArgs({
  options: {
    node: { type: "string", default: "" },
    url: { type: "string", default: "" },
    token: { type: "string", default: "" },
    data: { type: "string", default: "" },
    ledger: { type: "string", default: "" },
    rate: { type: "string", default: "1000" },
    quota: { type: "string", default: "536870912" },
    "seal-rows": { type: "string", default: "500" },
  },
});

const STREAM = "sensor/count";
const TICK_MS = 20;

const perTick = Math.max(1, Math.round((Number(flags.rate) * TICK_MS) / 1000));
const start = readLedger(flags.ledger).next;
const ledger = openLedger(flags.ledger);
const device = await openDevice({
  node: flags.node,
  url: flags.url,
  token: flags.token,
  dataDir: flags.data,
  quota: { bytes: Number(flags.quota) },
  seal: { rows: Number(flags["seal-rows"]), compression: "none" },
  streams: [{ alias: 1, key: STREAM, quantity: "count", unit: "1", type: "number" }],
});

/** A buffer that is full and may give nothing up refuses; a sensor then tries again, which is back-pressure. */
async function write(tsMs: number, count: number): Promise<void> {
  for (;;) {
    try {
      return await device.write({ tsMs, values: { [STREAM]: count } }, { durable: true });
    } catch (cause) {
      if (!(cause instanceof DeviceError) || cause.code !== "QUOTA") throw cause;
      ledger.refused(count);
      await sleep(100);
    }
  }
}

let stopping = false;
process.once("SIGTERM", () => {
  stopping = true;
});

const nextRow = (): number => device.stats().lanes.telemetry.nextRow;
ledger.started(nextRow());
console.log("ready");

for (let n = start; !stopping; n += perTick) {
  const last = n + perTick - 1;
  const now = Date.now();
  ledger.offered(n, last);
  const writes = [];
  for (let i = n; i <= last; i++) {
    writes.push(write(now + (i - n) / 1000, i));
  }
  await Promise.all(writes);
  ledger.kept(n, last, nextRow());
  await sleep(TICK_MS);
}
await device.flush();
// the buffer holds a batch until the control plane has committed it
while (Object.values(device.stats().lanes).some((lane) => lane.batches > 0 || lane.unsealedRows > 0)) await sleep(50);
await device.close();
ledger.close();
