import { spawn, spawnSync } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { CopyWriter } from "@/db/timeseries/copy";

/** Readings as parallel columns, in the order in which they are sent. */
export interface FloorReadings {
  streamIds: Int32Array;
  tsMs: Float64Array;
  values: Float64Array;
}

export interface Floor {
  readingsPerS: number;
  /** Heap and index of the narrow table, bytes per reading. */
  bytesPerReading: number;
  via: "psql" | "copy-stream";
}

const TABLE = "bench_floor";
const ROW_BYTES = 40;

/** The readings as a binary copy file, made once and used in every round: making it is not part of the floor. */
export class FloorFile {
  private readonly folder = mkdtempSync(join(tmpdir(), "tl-floor-"));
  readonly path = join(this.folder, "readings.bin");
  readonly count: number;

  constructor({ streamIds, tsMs, values }: FloorReadings) {
    this.count = tsMs.length;
    const rows = new CopyWriter(this.count * ROW_BYTES + 64);
    for (let i = 0; i < this.count; i++) {
      rows.reserve(ROW_BYTES);
      rows.row(4);
      rows.timeUs(Math.round((tsMs[i] ?? 0) * 1000));
      rows.float8(values[i] ?? Number.NaN);
      rows.int4(streamIds[i] ?? 0);
      rows.int2(0);
    }
    writeFileSync(this.path, rows.fileBytes());
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * How fast this server takes the same readings as narrow rows by the plainest means: one binary `psql \copy` into a fresh table with
 * an index on (stream, ts), its columns in the order that wastes no space. Where psql is absent the same bytes go through a raw COPY.
 * @param url role that may create a table
 */
export async function measureFloor(url: string, file: FloorFile): Promise<Floor> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`drop table if exists ${TABLE}`);
    await client.query(
      `create table ${TABLE} (ts timestamptz not null, value float8, stream_id int not null, quality int2 not null)`,
    );
    await client.query(`create index on ${TABLE} (stream_id, ts)`);
    await client.query("checkpoint");
    const hasPsql = spawnSync("psql", ["--version"]).status === 0;
    const started = performance.now();
    if (hasPsql) await runPsql(url, `\\copy ${TABLE} from '${file.path}' with (format binary)`);
    else
      await pipeline(
        createReadStream(file.path, { highWaterMark: 1 << 18 }),
        client.query(copyFrom(`COPY ${TABLE} FROM STDIN (FORMAT binary)`)),
      );
    const seconds = (performance.now() - started) / 1000;
    const { rows } = await client.query<{ bytes: number; count: number }>(
      `select pg_total_relation_size('${TABLE}')::float8 as bytes, (select count(*) from ${TABLE})::int as count`,
    );
    if (rows[0]?.count !== file.count) throw new Error(`the floor stored ${rows[0]?.count} of ${file.count} readings`);
    await client.query(`drop table ${TABLE}`);
    return {
      readingsPerS: file.count / seconds,
      bytesPerReading: rows[0].bytes / file.count,
      via: hasPsql ? "psql" : "copy-stream",
    };
  } finally {
    await client.end();
  }
}

async function runPsql(url: string, command: string): Promise<void> {
  const psql = spawn("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", command, url], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  psql.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const code = await new Promise<number | null>((ended, failed) => {
    psql.once("error", failed);
    psql.once("close", ended);
  });
  if (code !== 0) throw new Error(`psql ended with ${code}: ${errors.trim()}`);
}
