import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { FleetInput, QuarantineInput, StreamListInput } from "./domain/read-inputs";
import { exportFleet, exportQuarantine, exportStreams } from "./export-queries";

const NOW = Date.UTC(2026, 10, 24, 12);
let db: TestDb;

beforeAll(async () => {
  db = await cloneTestDb();
  await db.owner.query("insert into sites (id, name) values ('lyon', 'Lyon'), ('dijon', 'Dijon')");
  await db.owner.query(
    `insert into nodes (id, name, site_id, status, online, last_seen_at)
     select 'edge-' || lpad(i::text, 4, '0'), case i when 1 then '=HYPERLINK("http://evil.example")' end, case when i % 2 = 0 then 'dijon' else 'lyon' end, 'accepted', true,
       to_timestamp($1 / 1000.0) from generate_series(1, 2500) i`,
    [NOW],
  );
  await db.owner.query(
    "insert into streams (node_id, key, quantity, unit, status, limit_low) values ('edge-0001', 'cold/temperature', 'temperature', 'Cel', 'accepted', -18)",
  );
  await db.owner.query(
    "insert into latest_values (stream_id, ts, value) select id, to_timestamp($1 / 1000.0), -18.25 from streams",
    [NOW],
  );
  await db.owner.query(
    "insert into quarantine (node_id, topic, reason, message, payload) values ('edge-0001', 'tl/1/x', 'SCHEMA', '@SUM(A1)', '{}'), ('edge-0002', 'tl/1/y', 'PARSE', 'cut', '{}')",
  );
});
afterAll(() => db.drop());

async function read(lines: AsyncGenerator<string>): Promise<Record<string, string>[]> {
  let text = "";
  for await (const line of lines) text += line;
  return parse(text, { columns: true });
}

test("C09 every node that the filter leaves is in the export, beyond one page and one chunk", async () => {
  const all = await read(exportFleet(db.pool, FleetInput.parse({}), NOW));
  expect(all.length).toBe(2500);
  expect(new Set(all.map(({ node }) => node)).size).toBe(2500);
  const lyon = await read(exportFleet(db.pool, FleetInput.parse({ site: "lyon", q: "edge-00" }), NOW));
  expect(lyon.length).toBe(50);
  expect(await read(exportFleet(db.pool, FleetInput.parse({ site: "nowhere" }), NOW))).toEqual([]);
});

test("C01 a name that a spreadsheet would run is text, and a negative number stays a number", async () => {
  const [node] = await read(exportFleet(db.pool, FleetInput.parse({ q: "edge-0001" }), NOW));
  expect(node?.name).toBe(`'=HYPERLINK("http://evil.example")`);
  const [stream] = await read(exportStreams(db.pool, StreamListInput.parse({ site: "lyon" }), NOW));
  expect(stream).toMatchObject({ node: "edge-0001", value: "-18.25", limit_low: "-18", unit: "Cel" });
  expect(await read(exportStreams(db.pool, StreamListInput.parse({ site: "dijon" }), NOW))).toEqual([]);
  const held = await read(exportQuarantine(db.pool, QuarantineInput.parse({ node: "edge-0001" })));
  expect(held.map(({ message }) => message)).toEqual(["'@SUM(A1)"]);
});
