import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type Pool } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Access } from "./access";
import { openPool } from "./client";
import { migrate } from "./migrate";
import { createEmptyTestDb } from "./testing";
import { testDatabaseKind } from "./testing-server";
import { openTimeSeries } from "./timeseries/open";

/** A database that people worked with goes forward through every later migration with what is in it, in each home. */
const RELEASED = join(import.meta.dirname, "migrations");
const T0 = Date.UTC(2026, 9, 7, 10);

let db: { url: string; drop(): Promise<void> };
let folder: string;
let client: Client;
let pool: Pool;
beforeEach(async () => {
  db = await createEmptyTestDb();
  folder = mkdtempSync(join(tmpdir(), "tl-migrations-"));
  client = new Client({ connectionString: db.url });
  await client.connect();
  pool = openPool(db.url, { max: 2, applicationName: "test", statementTimeoutMs: 30_000 });
});
afterEach(async () => {
  await client.end();
  await pool.end();
  await db.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function migrateTo(next: string, home: "segments" | "timescale"): Promise<void> {
  for (const name of readdirSync(RELEASED).filter((file) => file < next))
    copyFileSync(join(RELEASED, name), join(folder, name));
  await migrate({ url: db.url, folder, timeseriesHome: home });
}

const rowsOf = async (text: string): Promise<unknown[]> => (await client.query({ text, rowMode: "array" })).rows.flat();

/** One of everything that the first release kept. Two hours at one reading a minute; in the second, ten minutes hold nothing usable. */
async function fill(home: "segments" | "timescale"): Promise<void> {
  await client.query(`
    insert into sites (id, name, time_zone) values ('lyon', 'Lyon works', 'Europe/Paris');
    insert into nodes (id, site_id, status, online) values ('edge-1', 'lyon', 'accepted', true);
    insert into devices (node_id, key) values ('edge-1', 'pump');
    insert into streams (node_id, device_id, key, unit, status) select 'edge-1', id, 'pump/vibration', 'mm/s', 'accepted' from devices;
    insert into ingest_lanes (node_id, epoch, lane, up_to) values ('edge-1', 'E1', 'telemetry', 6);
    insert into ingest_batches (lane_id, batch, sha256, rows, readings) select id, 6, sha256('x'), 3, 3 from ingest_lanes;
    insert into quarantine (node_id, topic, reason, message, payload) values
      ('edge-1', 'tl/1/edge-1/up/batch/telemetry', 'CONTRACT', 'refused', '\\x00'), ('stranger', 'tl/1/stranger/up/birth', 'UNKNOWN_NODE', 'waits', '\\x01');
    insert into latest_values (stream_id, ts, value) select id, '2026-10-07 11:59Z', 1.5 from streams;
    insert into events (node_id, stream_id, ts, kind, severity) select 'edge-1', id, '2026-10-07 10:05Z', 'anomaly', 'high' from streams;
    insert into gaps (node_id, lane, epoch, first_row, row_count, from_ts, to_ts, why) values ('edge-1', 'telemetry', 'E1', 3, 2, '2026-10-07 09:00Z', '2026-10-07 09:01Z', 'full');
    insert into rollup_1m (stream_id, bucket, n, bad, vmin, vmax, vsum, vsumsq)
      select s.id, m, case when m >= '2026-10-07 11:50Z' then 0 else 1 end, case when m >= '2026-10-07 11:50Z' then 1 else 0 end, 1, 1, 1, 1
      from streams s, generate_series('2026-10-07 10:00Z'::timestamptz, '2026-10-07 11:59Z', '1 minute') m;
    insert into rollup_1h (stream_id, bucket, n, bad, vsum)
      select stream_id, date_trunc('hour', bucket, 'UTC'), sum(n), sum(bad), sum(vsum) from rollup_1m group by 1, 2;
    insert into rollup_1h (stream_id, bucket, n, bad, vsum) select id, '2026-01-01 10:00Z', 7200, 0, 1 from streams`);
  await client.query("select timeseries_prepare('2026-10-07', '2026-10-07')");
  await client.query(
    home === "segments"
      ? "insert into segments (t0, t1, tick_us, stream_id, n, bad, v) select '2026-10-07 10:00Z', '2026-10-07 10:00:02Z', 1000000, id, 3, 0, '{1.5,null,3}' from streams"
      : "insert into readings_narrow (ts, value, stream_id) select '2026-10-07 10:00Z'::timestamptz + i * interval '1 second', v, s.id from streams s, (values (0, 1.5), (1, null), (2, 3)) r (i, v)",
  );
}

test.each(testDatabaseKind() === "timescale" ? (["segments", "timescale"] as const) : (["segments"] as const))(
  "everything that the first release kept goes forward to this one in the home %s",
  { timeout: 120_000 },
  async (home) => {
    await migrateTo("0008", home);
    await fill(home);
    const applied = await migrate({ url: db.url, timeseriesHome: home });
    expect(applied).toEqual(
      readdirSync(RELEASED)
        .filter((file) => file >= "0008")
        .sort(),
    );

    const [team] = await rowsOf("select id from teams where is_default");
    for (const table of ["nodes", "streams", "quarantine"])
      expect(await rowsOf(`select distinct team_id from ${table}`), table).toEqual([team]);
    expect(await rowsOf("select s.org_id = o.id from sites s, orgs o")).toEqual([true]);
    // 60 and 50 usable minutes; of the hour whose minutes are gone no more than a whole hour can be known.
    expect(await rowsOf("select minutes from rollup_1h order by bucket")).toEqual([60, 60, 50]);
    expect(await rowsOf("select value from readings order by ts")).toEqual([1.5, null, 3]);

    // Somebody of the team sees all of it, somebody else nothing.
    const count = `select ((select count(*) from nodes) + (select count(*) from streams) + (select count(*) from quarantine) + (select count(*) from events)
      + (select count(*) from latest_values) + (select count(*) from gaps) + (select count(*) from readings) + (select count(*) from readings_1h))::int as n`;
    expect(await countAs(String(team), count)).toBe(13);
    expect(await countAs("00000000-0000-4000-8000-000000000000", count)).toBe(0);

    const store = await openTimeSeries(pool);
    const [streamId] = await rowsOf("select id from streams");
    const found = await store.readRange(pool, { streamId: Number(streamId), fromMs: T0, toMs: T0 + 60_000 });
    expect(Array.from(found.values)).toEqual([1.5, Number.NaN, 3]);
    // And work goes on: a late reading is stored among the old ones.
    await new Access(pool, "all").transaction((tx) =>
      store.write(tx, [
        { streamId: Number(streamId), tsMs: Float64Array.of(T0 + 500), values: Float64Array.of(2), quality: null },
      ]),
    );
    expect(
      (await store.readRange(pool, { streamId: Number(streamId), fromMs: T0, toMs: T0 + 60_000 })).tsMs,
    ).toHaveLength(4);
  },
);

async function countAs(teamId: string, text: string): Promise<unknown> {
  const [orgId] = await rowsOf("select id from orgs");
  const somebody = new Access(pool, { orgId: String(orgId), ownerId: teamId, teamIds: [teamId] });
  return (await somebody.query<{ n: number }>(text)).rows[0]?.n;
}
