import fc from "fast-check";
import { expect, test } from "vitest";
import { CopyReader, CopyWriter } from "./copy";
import { HOUR_US, mergeRuns, orderByStream, toReadings } from "./readings";
import { readSegment, writeSegments } from "./segment-codec";

const T0_MS = Date.UTC(2026, 9, 7, 10, 59, 59);

/** What the database would give back: the fields that a read asks for, picked out of the written rows. */
function storeAndRead(writer: CopyWriter) {
  const bytes = writer.fileBytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments = [];
  for (let at = 19; view.getInt16(at) >= 0; ) {
    const fields: Buffer[] = [];
    const count = view.getInt16(at);
    at += 2;
    for (let i = 0; i < count; i++) {
      const end = at + 4 + Math.max(0, view.getInt32(at));
      fields.push(bytes.subarray(at, end));
      at = end;
    }
    // SEGMENT_COLUMNS: t0 t1 tick vmin vmax vsum vsumsq vfirst vlast stream n bad compacted dt v divisor m q
    const reader = new CopyReader();
    reader.open(Buffer.concat([9, 0, 2, 13, 14, 15, 16, 17].map((i) => fields[i] ?? Buffer.alloc(0))));
    segments.push({
      run: readSegment(reader),
      hasOffsets: fields[13]?.length !== 4,
      isWhole: fields[14]?.length === 4,
    });
  }
  return segments;
}

const run = (tsMs: number[], values: number[], quality: number[] | null = null) => {
  const [ordered] = orderByStream([
    {
      streamId: 7,
      tsMs: Float64Array.from(tsMs),
      values: Float64Array.from(values),
      quality: quality && Uint8Array.from(quality),
    },
  ]);
  if (!ordered) throw new Error("nothing to order");
  return ordered;
};

test("evenly spaced readings store no offsets, fixed decimals are whole numbers", () => {
  const writer = new CopyWriter(64);
  writeSegments(
    writer,
    run(
      [0, 100, 200].map((ms) => T0_MS + ms),
      [2.31, -0.5, 1234.125],
    ),
    false,
  );
  expect(storeAndRead(writer)).toMatchObject([{ hasOffsets: false, isWhole: true }]);
});

test.each([
  ["too many decimals", [0.1234567]],
  ["too large for the decimals of a neighbour", [2_000_000_000, 0.5]],
  ["infinite", [Number.POSITIVE_INFINITY]],
  ["not a short decimal at all", [Math.PI]],
])("values stay floats when one is %s", (_, values) => {
  const writer = new CopyWriter(64);
  writeSegments(
    writer,
    run(
      values.map((_value, i) => T0_MS + i),
      values,
    ),
    false,
  );
  const [segment] = storeAndRead(writer);
  expect(segment?.isWhole).toBe(false);
  expect(Array.from(segment?.run.values ?? [])).toEqual(values);
});

test("microseconds over a whole hour need two segments", () => {
  const start = Date.UTC(2026, 9, 7, 10);
  const writer = new CopyWriter(64);
  expect(writeSegments(writer, run([start, start + 0.001, start + 3_599_999.999], [1, 2, 3]), false)).toBe(2);
  expect(
    storeAndRead(writer).flatMap(({ run: { us } }) =>
      Array.from(us, (at) => at / 1000 - start).map((ms) => Math.round(ms * 1000) / 1000),
    ),
  ).toEqual([0, 0.001, 3_599_999.999]);
});

const reading = fc.record({
  us: fc.oneof(
    fc.integer({ min: 0, max: 3 * HOUR_US }),
    fc.integer({ min: 0, max: 20_000 }).map((ms) => ms * 1000),
  ),
  value: fc.oneof(
    fc.integer({ min: -1_000_000, max: 1_000_000 }).map((x) => x / 1000),
    fc.double({ noNaN: true }),
    fc.constant(Number.NaN),
  ),
  quality: fc.constantFrom(0, 0, 3, 7),
});

test("whatever is written is read back: every time, value and quality, each segment within its hour", () => {
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 60 }), (readings) => {
      const written = run(
        readings.map((r) => T0_MS + r.us / 1000),
        readings.map((r) => r.value),
        readings.map((r) => r.quality),
      );
      const writer = new CopyWriter(64);
      const count = writeSegments(writer, written, false);
      const segments = storeAndRead(writer).map((segment) => segment.run);
      expect(segments).toHaveLength(count);
      for (const { us } of segments)
        expect(Math.floor((us[0] ?? 0) / HOUR_US)).toBe(Math.floor((us.at(-1) ?? 0) / HOUR_US));
      const all = toReadings(mergeRuns(7, segments), 0, Number.POSITIVE_INFINITY);
      expect(Array.from(all.tsMs)).toEqual(Array.from(written.us, (us) => us / 1000));
      // +0 and -0 are one number to a sensor
      expect(Array.from(all.values, (value) => value + 0)).toEqual(Array.from(written.values, (value) => value + 0));
      expect(Array.from(all.quality)).toEqual(Array.from(written.quality ?? new Uint8Array(readings.length)));
    }),
    { seed: 7, numRuns: 300 },
  );
});
