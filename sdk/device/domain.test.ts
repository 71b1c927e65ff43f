import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_BATCH_BYTES, SealedBatch } from "@/sdk/wire/batch";
import { LANES } from "@/sdk/wire/names";
import { isSettled } from "@/sdk/wire/settle";
import { reconnectDelayMs, seededRandom } from "./backoff";
import { encodeFrame, scanFrames } from "./buffer/frame";
import { DeviceError } from "./errors";
import { type DeviceOptions, checkOptions } from "./options";
import { ORDER_OF_SACRIFICE, mayGo, quotaFrom, sacrificesFor } from "./quota";
import { rollUpBatch } from "./rollup";
import { type Reading, eventRow, inferenceRow, mediaRow, telemetryRow } from "./rows";
import { type Envelope, sealEmpty, sealRows } from "./seal";
import { TokenBucket, mergeSettled, sendWindow } from "./window";

const BOOT = "01JDP000000000000000000000";
const envelope: Omit<Envelope, "watermark"> = {
  node: "n",
  epoch: BOOT,
  lane: "telemetry",
  batch: 3,
  first: 100,
  backfill: false,
  clock: { source: "ntp", offsetMs: 0, errorMs: 1, boot: BOOT, monoMs: 5 },
  gaps: [],
};
const streams = new Map([
  ["a/b", { alias: 1, key: "a/b", quantity: "flow", unit: "L/min", type: "number" as const }],
  ["a/c", { alias: 2, key: "a/c", quantity: "flow", unit: "L/min", type: "boolean" as const }],
]);

const rows = fc.array(
  fc.record({
    tsMs: fc.integer({ min: 0, max: 4e12 }),
    alias: fc.integer({ min: 1, max: 40 }),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  }),
  { minLength: 1, maxLength: 300 },
);
const sealable = (list: { tsMs: number; alias: number; value: number }[]) =>
  list.map(({ tsMs, alias, value }) => ({ tsMs, json: JSON.stringify({ v: { [alias]: value } }) }));

describe("sealing", () => {
  test("every row comes out once, in order, with its capture time, in batches that the schema takes", () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 300, max: 20_000 }), (list, bytes) => {
        let rest = sealable(list);
        const seen: [number, number][] = [];
        while (rest.length > 0) {
          const sealed = sealRows(rest, envelope, { bytes, rows: 50 }, (toMs) => toMs);
          expect(sealed.rows).toBeGreaterThan(0);
          expect(sealed.rows === 1 || Buffer.byteLength(sealed.json) <= bytes).toBe(true);
          const batch = SealedBatch.parse(JSON.parse(sealed.json));
          if (batch.lane !== "telemetry") throw new RangeError("wrong lane");
          expect(batch.count).toBe(sealed.rows);
          batch.dt.forEach((dt, index) => {
            const [value] = Object.values(batch.columns).flatMap((column) =>
              typeof column[index] === "number" ? [column[index]] : [],
            );
            seen.push([batch.base + dt, value ?? Number.NaN]);
          });
          rest = rest.slice(sealed.rows);
        }
        // JSON has no -0: it comes back as 0, which is the same number.
        expect(seen.map(([ts, value]) => [ts, value + 0])).toEqual(list.map(({ tsMs, value }) => [tsMs, value + 0]));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  test("devices that take turns share a batch as far as its limits go, with their words and what is missing", () => {
    const list = Array.from({ length: 200 }, (_, index) => ({
      tsMs: 1_000 + index,
      v: { [(index % 64) * 2 + 1]: index / 8, [(index % 64) * 2 + 2]: index % 5 === 0 ? null : -index },
      ...(index % 7 === 0 ? { q: { [(index % 64) * 2 + 1]: "stuck" as const } } : {}),
    }));
    const text = list.map(({ tsMs, ...row }) => ({ tsMs, json: JSON.stringify(row) }));
    const sealed = sealRows(text, envelope, { bytes: 40_000, rows: 500 }, (toMs) => toMs);
    const batch = SealedBatch.parse(JSON.parse(sealed.json));
    if (batch.lane !== "telemetry") throw new RangeError("wrong lane");
    const aliases = Object.keys(batch.columns);
    expect(Buffer.byteLength(sealed.json)).toBeGreaterThan(36_000);
    expect(sealed.readings).toBe(sealed.rows * 2);
    for (const alias of aliases) {
      expect(batch.columns[alias]).toEqual(list.slice(0, sealed.rows).map(({ v }) => v[Number(alias)] ?? null));
      expect(batch.quality[alias] ?? []).toEqual(
        list.slice(0, sealed.rows).flatMap(({ q }, index) => (q?.[Number(alias)] ? [[index, q[Number(alias)]]] : [])),
      );
    }
  });

  test("one row too large for the limit is sealed alone, so that it cannot stop its lane", () => {
    const big = { tsMs: 1, json: JSON.stringify({ kind: "x", data: { text: "y".repeat(10_000) } }) };
    const sealed = sealRows([big, big], { ...envelope, lane: "events" }, { bytes: 2_000, rows: 500 }, () => null);
    expect(sealed.rows).toBe(1);
    expect(Buffer.byteLength(sealed.json)).toBeLessThan(MAX_BATCH_BYTES);
  });

  test.each(LANES)("a batch without rows is valid in lane %s", (lane) => {
    const gaps = [{ first: 1, count: 2, from: 0, to: 1, why: "evicted" }];
    expect(SealedBatch.parse(JSON.parse(sealEmpty({ ...envelope, lane, watermark: null, gaps }, 5)))).toMatchObject({
      lane,
      count: 0,
      gaps,
    });
  });
});

describe("gap accounting", () => {
  test("rollup rows and gap records add up to the rows they stand for, row by row", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 30_000 }), (count, stepMs) => {
        const list = Array.from({ length: count }, (_, index) => ({
          tsMs: 1_767_225_600_000 + index * stepMs,
          json: JSON.stringify({ v: { 1: index } }),
        }));
        const sealed = sealRows(list, envelope, { bytes: 1e6, rows: 1_000 }, () => null);
        const rolled = rollUpBatch(SealedBatch.parse(JSON.parse(sealed.json)));
        if (!rolled) return;
        expect(rolled.rows.length + rolled.gap.count).toBe(count);
        expect(rolled.gap.first).toBe(envelope.first + rolled.rows.length);
        expect(rolled.rows.length * 2).toBeLessThanOrEqual(count);
        const values = rolled.rows.flatMap((row) => Object.values<number>(JSON.parse(row.json).v));
        expect(Math.min(...values)).toBe(0);
        expect(Math.max(...values)).toBe(count - 1);
      }),
      { seed: 7 },
    );
  });

  test("telemetry goes first, events last, and what a broker has seen never goes", () => {
    expect(ORDER_OF_SACRIFICE.map(({ lane }) => lane)).toEqual([
      "telemetry",
      "telemetry",
      "media",
      "inference",
      "media",
      "inference",
      "events",
    ]);
    const quota = quotaFrom({ bytes: 1_000 });
    expect(Object.values(quota.lanes).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(1_000);
    const lanes = { events: 0, telemetry: 0, inference: 0, media: 0 };
    expect(sacrificesFor({ total: 500, lanes }, quota)).toEqual([]);
    expect(sacrificesFor({ total: 1_001, lanes }, quota)).toBe(ORDER_OF_SACRIFICE);
    expect(
      sacrificesFor({ total: 500, lanes: { ...lanes, media: 51 } }, quota).map(({ lane, take }) => `${lane} ${take}`),
    ).toEqual(["media unpinned", "media any"]);
    expect(mayGo({ kind: "raw", pinned: false, sent: true }, "any")).toBe(false);
    expect(mayGo({ kind: "gap", pinned: false, sent: false }, "any")).toBe(false);
    expect(mayGo({ kind: "raw", pinned: true, sent: false }, "unpinned")).toBe(false);
  });
});

describe("window arithmetic", () => {
  test("the window is the least of 16, Receive Maximum and credit, and never negative", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 65_535 }),
        fc.integer({ min: 0, max: 65_535 }),
        (receiveMaximum, credit) => {
          expect(sendWindow(receiveMaximum, credit)).toBe(Math.min(16, receiveMaximum, credit));
        },
      ),
    );
  });

  test("merging settled sets settles exactly what either settles, in the one form there is", () => {
    const set = fc.record({
      upTo: fc.integer({ min: -1, max: 20 }),
      numbers: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 10 }),
    });
    const build = ({ upTo, numbers }: { upTo: number; numbers: number[] }) => ({
      upTo,
      ranges: numbers.filter((n) => n > upTo + 1).map((n): [number, number] => [n, n]),
    });
    fc.assert(
      fc.property(set, set, (left, right) => {
        const [a, b] = [build(left), build(right)];
        const merged = mergeSettled(a, b);
        for (let n = 0; n < 45; n += 1) expect(isSettled(merged, n)).toBe(isSettled(a, n) || isSettled(b, n));
        let before = merged.upTo;
        for (const [from, to] of merged.ranges) {
          expect(from).toBeGreaterThan(before + 1);
          expect(to).toBeGreaterThanOrEqual(from);
          before = to;
        }
      }),
      { seed: 7 },
    );
  });

  test("the backlog keeps to its rate on average", () => {
    const bucket = new TokenBucket(1_000, 0);
    let passed = 0;
    for (let nowMs = 0; nowMs < 10_000; nowMs += 5) while (bucket.take(137, nowMs)) passed += 137;
    expect(passed).toBeGreaterThan(10_000);
    expect(passed).toBeLessThan(11_300);
  });

  test("G7: 500 nodes that lose their broker together come back spread out, between nothing and the bound", () => {
    const delays = Array.from({ length: 500 }, (_, index) => reconnectDelayMs(5, seededRandom(`node-${index}`)));
    expect(Math.max(...delays)).toBeLessThan(32_000);
    const busiest = Math.max(
      ...Array.from({ length: 32 }, (_, second) => delays.filter((ms) => Math.floor(ms / 1_000) === second).length),
    );
    expect(busiest).toBeLessThan(40);
    expect(reconnectDelayMs(99, () => 0.999_999)).toBeLessThan(300_000);
  });
});

describe("frames", () => {
  test("any bytes behind whole frames are cut off, and any flipped bit is noticed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 8 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(),
        (bodies, garbage, at) => {
          const whole = Buffer.concat(bodies.map((body) => encodeFrame(2, body)));
          const { frames, end } = scanFrames(Buffer.concat([whole, garbage]));
          expect(frames.slice(0, bodies.length).map(({ body }) => body.toString("hex"))).toEqual(
            bodies.map((body) => Buffer.from(body).toString("hex")),
          );
          expect(end).toBeGreaterThanOrEqual(whole.length);
          const flipped = Buffer.from(whole);
          const bit = at % (whole.length * 8);
          flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          expect(scanFrames(flipped).frames.length).toBeLessThan(bodies.length);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe("what an application may write", () => {
  const code = (work: () => unknown) => {
    try {
      work();
    } catch (cause) {
      if (cause instanceof DeviceError) return [cause.code, cause.field];
      throw cause;
    }
    return null;
  };
  const reading = (values: Reading["values"], tsMs = 1) => telemetryRow({ tsMs, values }, streams, true);

  test.each([
    ["N01 NaN", Number.NaN],
    ["N01 Infinity", Number.POSITIVE_INFINITY],
    ["N02 1e400", Number("1e400")],
  ])("%s becomes no value with quality nan", (_row, value) => {
    expect(JSON.parse(reading({ "a/b": value }).json)).toEqual({ v: { 1: null }, q: { 1: "nan" } });
  });

  test("booleans are numbers, null is no value, 1e308 stays", () => {
    expect(JSON.parse(reading({ "a/b": 1e308, "a/c": true }).json)).toEqual({ v: { 1: 1e308, 2: 1 } });
    expect(JSON.parse(reading({ "a/b": null }).json)).toEqual({ v: { 1: null } });
  });

  test.each<[string, () => unknown, string, string | undefined]>([
    ["M16 an unknown stream", () => reading({ "a/x": 1 }), "UNKNOWN_STREAM", "values.a/x"],
    ["N17 a string for a number", () => reading(JSON.parse('{"a/b":"hot"}')), "BAD_ROW", "values.a/b"],
    ["N09 a time before 1970", () => reading({ "a/b": 1 }, -1), "BAD_ROW", "tsMs"],
    ["N09 a time that is NaN", () => reading({ "a/b": 1 }, Number.NaN), "BAD_ROW", "tsMs"],
    ["N10 a time in nanoseconds", () => reading({ "a/b": 1 }, 1.7e18), "BAD_ROW", "tsMs"],
    ["an event without a kind", () => eventRow({ tsMs: 1, kind: "" }, true), "BAD_ROW", "kind"],
    [
      "an event of 200 kB",
      () => eventRow({ tsMs: 1, kind: "x", data: { text: "y".repeat(200_000) } }, true),
      "TOO_LARGE",
      undefined,
    ],
    [
      "inference without a model digest",
      () =>
        inferenceRow({
          tsMs: 1,
          id: "6f1c0c44-6a0e-4f0b-9d53-3f6f7a1b2c3d",
          slot: "s",
          model: "latest",
          role: "active",
          input: null,
          output: {},
          latencyMs: 1,
          window: [0, 1],
        }),
      "BAD_ROW",
      "model",
    ],
    [
      "media of negative size",
      () => mediaRow({ tsMs: 1, sha256: "0".repeat(64), bytes: -1, type: "image/jpeg", stream: "a/b", from: 0, to: 1 }),
      "BAD_ROW",
      "bytes",
    ],
  ])("%s is refused with code and field", (_row, work, expected, field) => {
    expect(code(work)).toEqual([expected, field]);
  });

  test.each<[string, Partial<DeviceOptions>, string]>([
    ["M47 a node id with #", { node: "a#b" }, "node"],
    ["M47 a node id with /", { node: "a/b" }, "node"],
    ["M42 a node id of 64 kB", { node: "a".repeat(65_536) }, "node"],
    ["M42 an empty node id", { node: "" }, "node"],
    ["an http address", { url: "http://broker" }, "url"],
    ["an empty token", { token: "" }, "token"],
    ["a quota of one byte", { quota: { bytes: 1 } }, "quota.bytes"],
    [
      "M22 a stream key of 70 kB",
      { streams: [{ key: "x".repeat(70_000), quantity: "q", unit: "1", type: "number" }] },
      "streams[0].key",
    ],
    [
      "M20 a stream key with NUL",
      { streams: [{ key: "a\0", quantity: "q", unit: "1", type: "number" }] },
      "streams[0].key",
    ],
    [
      "a stream twice",
      { streams: [1, 2].map(() => ({ key: "a", quantity: "q", unit: "1", type: "number" as const })) },
      "streams[1].key",
    ],
  ])("%s is refused when the device is opened, by field", (_row, wrong, field) => {
    const options: DeviceOptions = {
      node: "n",
      url: "mqtt://h",
      token: "t",
      dataDir: "/tmp/none",
      streams: [],
      ...wrong,
    };
    expect(code(() => checkOptions(options))).toEqual(["BAD_OPTIONS", field]);
  });
});
