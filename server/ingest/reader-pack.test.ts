import fc from "fast-check";
import { expect, test } from "vitest";
import { NO_PROPERTIES } from "./decode";
import { readPayload } from "./read-payload";
import { packReads, unpackReads } from "./reader-pack";

const NOW_MS = 1_767_225_600_000;
const EPOCH = "01JDQ0000000000000000000AB";

/** A cell of a column: mostly numbers, and what else devices send. */
const cell = fc.oneof(
  { weight: 8, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  fc.constantFrom(null, true, "hot"),
);
const telemetry = fc.integer({ min: 0, max: 6 }).chain((rows) =>
  fc.record({
    node: fc.constant("n"),
    lane: fc.constant("telemetry" as const),
    payload: fc
      .tuple(
        fc.dictionary(
          fc.integer({ min: 0, max: 99 }).map(String),
          fc.array(cell, { minLength: rows, maxLength: rows }),
        ),
        fc.boolean(),
      )
      .map(([columns, isSound]) => {
        const aliases = Object.keys(columns);
        return Buffer.from(
          JSON.stringify({
            v: isSound ? 1 : 2,
            node: "n",
            epoch: EPOCH,
            lane: "telemetry",
            batch: 7,
            first: 0,
            count: rows,
            base: NOW_MS,
            watermark: NOW_MS,
            backfill: false,
            clock: { source: "ntp", offsetMs: 0, errorMs: 5, boot: EPOCH, monoMs: 1 },
            dt: Array.from({ length: rows }, (_, row) => row),
            columns,
            ...(aliases[0] !== undefined && rows > 0 ? { quality: { [aliases[0]]: [[0, "stale"]] } } : {}),
          }),
        );
      }),
    properties: fc.constant(NO_PROPERTIES),
    receivedMs: fc.constant(NOW_MS),
  }),
);

test("batches come back from the trip between threads as they were read", () => {
  fc.assert(
    fc.property(fc.array(telemetry, { maxLength: 5 }), (batches) => {
      const reads = batches.map(readPayload);
      // structuredClone does what the trip does: views and sets arrive, what cannot travel throws
      const packed = packReads(batches.map(readPayload));
      const arrived = unpackReads(
        structuredClone(packed, { transfer: [packed.numbers.buffer, packed.digests.buffer] }),
      );
      expect(arrived.map(({ sha256 }) => [...sha256])).toEqual(reads.map(({ sha256 }) => [...sha256]));
      expect(arrived.map(({ read }) => read)).toEqual(reads.map(({ read }) => read));
      expect(arrived.map(({ number }) => number)).toEqual(reads.map(({ number }) => number));
    }),
  );
});
