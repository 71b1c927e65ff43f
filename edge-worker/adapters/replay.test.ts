import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AdapterItem } from "../samples";
import { detectDialect, parseCell, parseTime } from "./csv";
import { ReplayConfig, replayAdapter } from "./replay";

async function play(
  text: string,
  options: Record<string, unknown>,
  take = Number.POSITIVE_INFINITY,
  now = () => 1_000_000,
): Promise<AdapterItem[]> {
  const file = join(await mkdtemp(join(tmpdir(), "replay-")), "recording.csv");
  await writeFile(file, text);
  const adapter = replayAdapter(
    ReplayConfig.parse({ kind: "replay", file, speed: "max", time: "capture", ...options }),
    { now },
  );
  const items: AdapterItem[] = [];
  for await (const item of adapter.run(new AbortController().signal)) {
    items.push(item);
    if (items.length >= take) break;
  }
  return items;
}

const SKAB =
  "datetime;Pressure;Volume Flow RateRMS;anomaly\n2020-03-09 10:14:33;0.05;32.0;0.0\n2020-03-09 10:14:34;0.38;31.5;1.0\n2020-03-09 10:14:35;0.40;31.0;0.0\n";

test("a pump-loop recording gives readings at capture time and its label as events", async () => {
  const items = await play(SKAB, {
    columns: { Pressure: "skab-1/pressure", "Volume Flow RateRMS": "skab-1/flow" },
    labels: { anomaly: "anomaly" },
  });
  const first = Date.UTC(2020, 2, 9, 10, 14, 33);
  expect(items[0]).toEqual({ tsMs: first, values: { "skab-1/pressure": 0.05, "skab-1/flow": 32 } });
  expect(
    items
      .filter((item) => "event" in item)
      .map((item) => "event" in item && [item.tsMs - first, item.event.kind, item.event.data?.state]),
  ).toEqual([
    [1_000, "truth.anomaly", "begin"],
    [2_000, "truth.anomaly", "end"],
  ]);
});

test("a two-column series in UTC", async () => {
  const items = await play("timestamp,value\n2013-12-02 21:15:00,73.9\n", { columns: { value: "m/temp" } });
  expect(items).toEqual([{ tsMs: Date.UTC(2013, 11, 2, 21, 15), values: { "m/temp": 73.9 } }]);
});

test("a tab-separated table without time is numbered by stepMs", async () => {
  const items = await play("UDI\tTorque [Nm]\n1\t42.8\n2\t46.3\n", {
    columns: { "Torque [Nm]": "m/torque" },
    stepMs: 500,
  });
  expect(items.map((item) => item.tsMs)).toEqual([0, 500]);
});

test("decimal comma, date and time apart, and -200 for no value", async () => {
  const items = await play("Date;Time;T;RH\n10/03/2004;18.00.00;13,6;-200\n", {
    columns: { T: "a/t", RH: "a/rh" },
    missing: [-200],
  });
  expect(items).toEqual([{ tsMs: Date.UTC(2004, 2, 10, 18), values: { "a/t": 13.6, "a/rh": null } }]);
});

test("time: now at full speed ends at the present and keeps the spacing", async () => {
  const items = await play(SKAB, { columns: { Pressure: "p" }, time: "now" });
  expect(items.map((item) => item.tsMs)).toEqual([998_000, 999_000, 1_000_000]);
});

test("a loop goes on one step after the end", async () => {
  const items = await play(SKAB, { columns: { Pressure: "p" }, time: "now", loop: true }, 5);
  expect(items.map((item) => item.tsMs)).toEqual([998_000, 999_000, 1_000_000, 1_001_000, 1_002_000]);
});

test("twenty times as fast it takes a twentieth, keeps the spacing and ends at the present", async () => {
  const startedMs = Date.now();
  const items = await play(SKAB, { columns: { Pressure: "p" }, time: "now", speed: 20 }, 3, Date.now);
  expect(Date.now() - startedMs).toBeGreaterThanOrEqual(90);
  expect((items[2]?.tsMs ?? 0) - (items[0]?.tsMs ?? 0)).toBeCloseTo(2_000, 6);
  expect((items[2]?.tsMs ?? 0) - startedMs).toBeGreaterThanOrEqual(90);
  expect((items[2]?.tsMs ?? 0) - Date.now()).toBeLessThanOrEqual(0);
});

test("a fast loop squeezes the recording, so that it stays in the present", async () => {
  const items = await play(SKAB, { columns: { Pressure: "p" }, time: "now", speed: 20, loop: true }, 5, Date.now);
  const first = items[0]?.tsMs ?? 0;
  expect(items.map((item) => Math.round(item.tsMs - first))).toEqual([0, 50, 100, 150, 200]);
});

test("a missing column is named with those that exist", async () => {
  await expect(play(SKAB, { columns: { Presure: "p" } })).rejects.toThrow(
    'has no column "Presure". It has: datetime, Pressure',
  );
});

test("an unreadable time skips the row, not the recording", async () => {
  expect(await play("timestamp,value\nyesterday,1\n2013-12-02 21:15:00,2\n", { columns: { value: "v" } })).toHaveLength(
    1,
  );
});

test.each([
  ["datetime;a;b", ";", ["datetime"]],
  ["UDI\tType", "\t", []],
  ["Date,Time,T", ",", ["Date", "Time"]],
])("dialect of %j", (header, delimiter, timeColumns) => {
  expect(detectDialect(header)).toEqual({ delimiter, timeColumns });
});

test.each([
  ["2020-03-09 10:14:33.250", Date.UTC(2020, 2, 9, 10, 14, 33, 250)],
  ["2020-03-09T10:14:33+02:00", Date.UTC(2020, 2, 9, 8, 14, 33)],
  ["1583748873", 1_583_748_873_000],
  ["1583748873123", 1_583_748_873_123],
  ["31/02/2004 10:00:00", null],
  ["soon", null],
])("time %s", (text, expected) => expect(parseTime(text)).toBe(expected));

test("a comma that separates columns is not a decimal comma", () => {
  expect(parseCell("1,5", ",", [])).toBeNull();
  expect(parseCell("1,5", ";", [])).toBe(1.5);
});
