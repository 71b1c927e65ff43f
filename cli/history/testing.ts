import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { openFileBuffer } from "@/sdk/device/buffer/file-buffer";
import type { StoredBatch } from "@/sdk/device/buffer/port";
import { SealedBatch } from "@/sdk/wire/batch";
import { LANES } from "@/sdk/wire/names";

/** What a buffer holds, row by row: how many, and a hash that leaves out what is measured and not seeded (numbers of this buffer, latency). */
export interface HeldRows {
  rows: Record<string, number>;
  sha256: string;
  backfill: boolean;
  /** between the first and the last row of one batch, at most */
  spanMs: number;
}

export async function readBuffer(dataDir: string): Promise<HeldRows> {
  const store = await openFileBuffer({
    dataDir,
    origin: () => ({ boot: "01JDQ00000000000000000TEST", clock: { source: "none", offsetMs: 0, errorMs: 0 } }),
    monoMs: () => 0,
  });
  try {
    const hash = createHash("sha256");
    const rows: Record<string, number> = {};
    let backfill = true;
    let spanMs = 0;
    for (const lane of LANES) {
      rows[lane] = 0;
      for (const held of store.held(lane)) {
        const batch = SealedBatch.parse(JSON.parse(textOf(held, await store.read(lane, held.batch))));
        backfill &&= batch.backfill;
        const times = batch.lane === "telemetry" ? batch.dt : batch.rows.map(({ dt }) => dt);
        spanMs = Math.max(spanMs, Math.max(...times) - Math.min(...times));
        for (const row of rowsOf(batch)) {
          rows[lane] += 1;
          hash.update(`${lane} ${row}\n`);
        }
      }
    }
    return { rows, sha256: hash.digest("hex"), backfill, spanMs };
  } finally {
    await store.close();
  }
}

function textOf({ encoding }: StoredBatch, bytes: Buffer): string {
  if (encoding === "br") return brotliDecompressSync(bytes).toString();
  return (encoding === "gzip" ? gunzipSync(bytes) : bytes).toString();
}

function rowsOf(batch: SealedBatch): string[] {
  if (batch.lane === "telemetry")
    return batch.dt.map((dt, row) =>
      JSON.stringify([batch.base + dt, Object.entries(batch.columns).map(([alias, values]) => [alias, values[row]])]),
    );
  return batch.rows.map((row) => JSON.stringify({ ...row, dt: batch.base + row.dt, latencyMs: 0 }));
}
