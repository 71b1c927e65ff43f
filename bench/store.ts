import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removePostgresData, startPostgres } from "@/cli/embedded/postgres";
import { openPool } from "@/db/client";
import { migrate } from "@/db/migrate";
import { timescaleServer } from "@/cli/embedded/timescale";
import { openTimeSeries } from "@/db/timeseries/open";
import type { ReadingBlock } from "@/db/timeseries/port";
import { FloorFile, measureFloor } from "./floor";
import { median, rounded, spread } from "./ingest/statistics";

/**
 * The store alone, without broker and ingest: `npx tsx bench/store.ts [segments|timescale] [readings per block]`.
 * Floor and store alternate on one server with the embedded default's durability; each line is one JSON object. What ingest keeps beside
 * the readings (ledger, cursors, latest values) is not here; `ingest.disk_ratio` counts it.
 */

const home = process.argv[2] === "timescale" ? "timescale" : "segments";
const perBlock = Number(process.argv[3] ?? 100);
const rounds = Number(process.argv[4] ?? 5);
const STREAMS = 1000;
const READINGS = 1_000_000;
const READINGS_PER_WRITE = 20_000;
const START_MS = Date.UTC(2026, 9, 5);
const PORT = 54_000 + (process.pid % 900);

const folder = mkdtempSync(join(tmpdir(), "tl-bench-"));
chmodSync(folder, 0o755);
const dataDir = join(folder, "postgres");
const timescale = home === "timescale" ? timescaleServer() : null;
const server = await startPostgres({ dataDir, port: PORT, password: "bench", ...timescale });
try {
  await migrate({ url: server.url, timeseriesHome: home });
  const pool = openPool(server.url, { max: 4, applicationName: "bench", statementTimeoutMs: 0 });
  const store = await openTimeSeries(pool);
  const blocks = makeBlocks();
  const file = new FloorFile(flatten(blocks));
  await store.prepare(pool, START_MS, START_MS + 6 * 86_400_000);
  const ratios: number[] = [];
  const disks: number[] = [];
  const vias = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const floor = await measureFloor(server.url, file);
    await pool.query(home === "segments" ? "truncate segments" : "truncate readings_narrow, readings_touched");
    await pool.query("checkpoint");
    const started = performance.now();
    const client = await pool.connect();
    for (let at = 0; at < blocks.length; at += READINGS_PER_WRITE / perBlock) {
      await client.query("begin");
      await store.write(client, blocks.slice(at, at + READINGS_PER_WRITE / perBlock));
      await client.query("commit");
    }
    client.release();
    const readingsPerS = READINGS / ((performance.now() - started) / 1000);
    const table = home === "segments" ? "segments" : "readings_narrow";
    const { rows } = await pool.query<{ bytes: number }>(
      home === "segments"
        ? `select sum(pg_total_relation_size(inhrelid))::float8 as bytes from pg_inherits where inhparent = '${table}'::regclass`
        : `select hypertable_size('${table}'::regclass)::float8 as bytes`,
    );
    const bytesPerReading = (rows[0]?.bytes ?? 0) / READINGS;
    vias.add(floor.via);
    ratios.push(readingsPerS / floor.readingsPerS);
    disks.push(bytesPerReading / floor.bytesPerReading);
    console.error(
      `round ${round + 1}: floor ${Math.round(floor.readingsPerS)}/s ${floor.bytesPerReading.toFixed(1)} B, store ${Math.round(readingsPerS)}/s ${bytesPerReading.toFixed(1)} B`,
    );
  }
  const compactStarted = performance.now();
  await store.rollUp(pool);
  const rolledMs = performance.now() - compactStarted;
  const { segments } = await store.compact(pool, { closedBeforeMs: START_MS + 30 * 86_400_000 });
  console.error(
    `rollUp ${Math.round(rolledMs)} ms, compact ${Math.round(performance.now() - compactStarted - rolledMs)} ms to ${segments} segments`,
  );
  const via = [...vias].join(", ");
  print(`store.${home}${perBlock}.ratio`, ratios, via, `>= ${home === "segments" ? 1.5 : 0.5}`);
  print(`store.${home}${perBlock}.disk_ratio`, disks, via, `<= ${home === "segments" ? 0.17 : 1.5}`);
  file.remove();
  await pool.end();
} finally {
  await server.stop();
  removePostgresData(dataDir);
  rmSync(folder, { recursive: true, force: true });
}

/** Each device reports one stream at 10 Hz with a jitter of its own, in blocks: dense, but not evenly spaced for half of the streams. */
function makeBlocks(): ReadingBlock[] {
  const blocks: ReadingBlock[] = [];
  const perStream = READINGS / STREAMS;
  for (let from = 0; from < perStream; from += perBlock) {
    for (let stream = 0; stream < STREAMS; stream++) {
      const count = Math.min(perBlock, perStream - from);
      const tsMs = new Float64Array(count);
      const values = new Float64Array(count);
      for (let i = 0; i < count; i++) {
        const n = from + i;
        tsMs[i] = START_MS + n * 100 + (stream % 2 === 0 ? 0 : (n * 7919 + stream) % 5);
        values[i] =
          Math.round((20 + 5 * Math.sin(n / 97 + stream) + ((n * 31 + stream * 17) % 1000) / 1000) * 1000) / 1000;
      }
      blocks.push({ streamId: stream + 1, tsMs, values, quality: null });
    }
  }
  return blocks;
}

function flatten(blocks: readonly ReadingBlock[]) {
  const streamIds = new Int32Array(READINGS);
  const tsMs = new Float64Array(READINGS);
  const values = new Float64Array(READINGS);
  let at = 0;
  for (const block of blocks) {
    streamIds.fill(block.streamId, at, at + block.tsMs.length);
    tsMs.set(block.tsMs, at);
    values.set(block.values, at);
    at += block.tsMs.length;
  }
  return { streamIds, tsMs, values };
}

function print(figure: string, ratios: readonly number[], via: string, goal: string): void {
  const ratio = rounded(median(ratios));
  console.log(
    JSON.stringify({
      ...{ area: "store", figure, value: ratio, unit: "x", ratio },
      ...{ ...spread(ratios), via, goal, n: ratios.length },
    }),
  );
}
