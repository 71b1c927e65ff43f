import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { openFileBuffer, newUlid } from "./file-buffer";
import { Sealer, DEFAULT_SEAL } from "../sealer";
import { DeviceError } from "../errors";

/**
 * A process to be killed: writes numbered rows into the buffer, seals them in fives, frees what is older than two
 * batches, and notes in a ledger what it offered, what the buffer took and what was freed. A number is never used twice.
 * Arguments: data folder, ledger file, rows to write (0 = until killed), bytes of a segment and of a file of the row log.
 */
const [dataDir = "", ledger = "", rows = "0", segmentBytes = "4096", rowFileBytes = "2048"] = process.argv.slice(2);
const boot = newUlid();
const clock = { source: "manual" as const, offsetMs: 0, errorMs: 1 };
const store = await openFileBuffer({
  dataDir,
  origin: () => ({ boot, clock }),
  monoMs: () => performance.now(),
  segmentBytes: Number(segmentBytes),
  rowFileBytes: Number(rowFileBytes),
  syncEveryRows: 7,
});
const noted = existsSync(ledger) ? readFileSync(ledger, "utf8") : "";
const start = Math.max(0, ...[...noted.matchAll(/^offer (\d+)$/gm)].map(([, n]) => Number(n) + 1));
const sealer = new Sealer({
  node: "kill-writer",
  store,
  policy: { ...DEFAULT_SEAL, rows: 5, compression: "none" },
  boot,
  clock: () => clock,
  monoMs: () => performance.now(),
  isOffline: () => true,
  isPinned: () => false,
  sealed: () => undefined,
  failed: () => undefined,
});
await sealer.flush().catch(() => undefined);
for (let n = start; rows === "0" || n < start + Number(rows); n += 1) {
  appendFileSync(ledger, `offer ${n}\n`);
  try {
    await store.append("telemetry", [{ tsMs: 1_767_225_600_000 + n, json: JSON.stringify({ v: { 1: n } }) }], {
      durable: n % 3 === 0,
    });
    appendFileSync(ledger, `took ${n}\n`);
  } catch (cause) {
    if (!(cause instanceof DeviceError)) throw cause;
    appendFileSync(ledger, `refused ${n} ${cause.code}\n`);
  }
  sealer.rowsAdded("telemetry");
  if (n % 5 !== 4) continue;
  // A disk that fails now may work the next time round: what could not be sealed waits in the log.
  const isSealed = await sealer.flush().then(
    () => true,
    () => false,
  );
  if (!isSealed) continue;
  const upTo = store.lane("telemetry").nextBatch - 3;
  if (upTo < 0) continue;
  let end = 0;
  for (const batch of store.held("telemetry")) if (batch.batch <= upTo) end = Math.max(end, batch.first + batch.span);
  // Noted before it happens: whichever side of the kill it falls on, these rows have been delivered.
  if (end > 0) appendFileSync(ledger, `freed ${end}\n`);
  await store.free("telemetry", { upTo, ranges: [] });
}
await sealer.stop();
await store.close();
