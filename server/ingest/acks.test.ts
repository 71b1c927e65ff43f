import { expect, test } from "vitest";
import { DurableAck, MAX_SEND_WINDOW } from "@/sdk/wire/ack";
import { Acks } from "./acks";
import type { LaneAfter } from "./commit";

const lane = (upTo: number): LaneAfter => ({
  node: "pump-1",
  epoch: "01JDQ0000000000000000000AB",
  lane: "telemetry",
  settled: { upTo, ranges: [] },
  rejected: [],
});

test.each([
  [0, MAX_SEND_WINDOW],
  [0.49, MAX_SEND_WINDOW],
  [0.5, 4],
  [0.74, 4],
  [0.75, 1],
  [0.89, 1],
  [0.9, 0],
  [2, 0],
])("at a pressure of %d a lane may have %i batches under way", (pressure, credit) => {
  expect(new Acks({ publish: () => undefined, pressure: () => pressure }).credit()).toBe(credit);
});

test("a lane that was told to hold gets its credit back once, when the pressure is gone", () => {
  const published: DurableAck[] = [];
  let pressure = 0;
  const acks = new Acks({
    publish: (_topic, body) => published.push(DurableAck.parse(JSON.parse(body))),
    pressure: () => pressure,
  });
  const said = () => published.splice(0).map(({ upTo, credit }) => [upTo, credit]);
  acks.committed([lane(0)]);
  expect(said()).toEqual([[0, 16]]);
  acks.relieve();
  expect(said(), "nobody holds").toEqual([]);
  pressure = 0.95;
  acks.committed([lane(1)]);
  acks.committed([lane(2)]);
  expect(said()).toEqual([
    [1, 0],
    [2, 0],
  ]);
  acks.relieve();
  expect(said(), "still too full").toEqual([]);
  pressure = 0.8;
  acks.relieve();
  acks.relieve();
  expect(said()).toEqual([[2, 1]]);
});

test("a lane that was told to slow down hears of its whole credit without sending anything", () => {
  const credits: number[] = [];
  let pressure = 0.6;
  const acks = new Acks({
    publish: (_topic, body) => credits.push(DurableAck.parse(JSON.parse(body)).credit),
    pressure: () => pressure,
  });
  acks.committed([lane(0)]);
  acks.relieve();
  expect(credits, "nothing has changed").toEqual([4]);
  pressure = 0.1;
  acks.relieve();
  acks.relieve();
  expect(credits).toEqual([4, MAX_SEND_WINDOW]);
});
