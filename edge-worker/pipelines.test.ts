import pino from "pino";
import { afterEach, expect, test } from "vitest";
import type { EdgeDevice } from "./device";
import { ModelThread } from "./inference/model-thread";
import { Slots } from "./inference/slots";
import { DEFAULT_PROBE_LIMITS } from "./inference/verify";
import { createMetrics } from "./metrics";
import { Pipelines } from "./pipelines";
import { statsOf } from "./testing-device";

const thread = new ModelThread();
let pipelines: Pipelines | null = null;
afterEach(async () => {
  await pipelines?.stop();
  await thread.close();
});

/** A pipeline of one stream with windows of a second, whose rows go to `deliver`. */
async function start(deliver: () => Promise<void>): Promise<Pipelines> {
  const device: EdgeDevice = {
    write: async () => undefined,
    event: deliver,
    inference: deliver,
    onDesired: async () => undefined,
    reapplyDesired: async () => undefined,
    rebirth: async () => undefined,
    onCommand: () => undefined,
    stats: () => statsOf(),
    flush: async () => undefined,
    close: async () => undefined,
  };
  pipelines = new Pipelines({
    node: "n",
    streams: new Map([["a/v", { key: "a/v", unit: "mm/s", device: "a" }]]),
    slots: new Slots(thread, DEFAULT_PROBE_LIMITS),
    device,
    metrics: createMetrics(),
    log: pino({ level: "silent" }),
    stateQuotaBytes: 1_048_576,
    slotNames: () => [],
  });
  const faults = await pipelines.apply([
    {
      pipeline: "watch@1",
      in: { v: "a/v" },
      time: { lateness: "0s" },
      steps: [{ window: { size: "1s", emit: ["mean"] } }, { threshold: { on: "v.mean", above: 5, kind: "high" } }],
    },
  ]);
  expect(faults).toEqual([[]]);
  return pipelines;
}

test("a pipeline that breaks is failing and starts again; the readings after it are not lost", async () => {
  let isBroken = true;
  let rows = 0;
  const line = await start(() => {
    if (isBroken) throw new Error("out of order");
    rows += 1;
    return Promise.resolve();
  });
  let second = 0;
  const feed = async (seconds: number): Promise<void> => {
    for (const end = second + seconds; second < end; second += 1)
      await line.feed({ tsMs: second * 1_000, values: { "a/v": second % 4 < 2 ? 9 : 1 } });
  };
  await feed(8);
  await expect.poll(() => line.states()[0]).toMatchObject({ failing: "out of order", rows: 0 });
  expect(line.states()[0]?.failures).toBeGreaterThan(0);
  isBroken = false;
  await feed(12);
  await expect.poll(() => rows).toBeGreaterThan(0);
  expect(line.states()[0]).toMatchObject({ failing: null });
});
