import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Culprit, ModelThread } from "./model-thread";
import { Slots } from "./slots";
import { mlpModel, sumModel } from "./testing";
import { ioOf, writeModel } from "./testing-files";
import { DEFAULT_PROBE_LIMITS } from "./verify";

let folder = "";
let threads: ModelThread[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "slots-"));
});
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.close();
  await rm(folder, { recursive: true, force: true });
});

test("a model that would take the worker over its memory is refused before it is loaded, and the one before it runs on", async () => {
  const thread = new ModelThread();
  threads.push(thread);
  const takenMb = Math.ceil(process.memoryUsage.rss() / 1_048_576);
  const slots = new Slots(thread, { ...DEFAULT_PROBE_LIMITS, workerMb: takenMb + 100_000 });
  const small = await writeModel(folder, "small", sumModel(1), ioOf(1));
  await slots.load({ slot: "s", model: small });
  const before = slots.current("s")?.digest;
  const strict = { ...DEFAULT_PROBE_LIMITS, workerMb: takenMb };
  Object.assign(slots.limits, strict);
  const large = await writeModel(folder, "large", mlpModel([64, 2_048, 2_048, 8]), ioOf(64));
  await expect(slots.load({ slot: "s", model: large })).rejects.toMatchObject({
    code: "MODEL_MEMORY",
    message: expect.stringMatching(/adds \d+ MB to the \d+ MB .*more than the \d+ MB it may.*EDGE_MEMORY_MB/),
  });
  expect(slots.current("s")?.digest).toBe(before);
}, 30_000);

test("a model that passes its probe but hangs in use is given up after three losses; its neighbour and its successor run", async () => {
  let lost: { why: string; culprit: Culprit } | null = null;
  const newThread = (): ModelThread => {
    const thread = new ModelThread({ runTimeoutMs: 1, onLost: (why, culprit) => (lost = { why, culprit }) });
    threads.push(thread);
    return thread;
  };
  let nowMs = 0;
  const slots = new Slots(newThread(), DEFAULT_PROBE_LIMITS, undefined, () => nowMs);
  // large enough that 64 windows take longer than the millisecond they are given here
  const slow = await writeModel(folder, "slow", mlpModel([64, 1_024, 1_024, 8]), ioOf(64));
  const quick = await writeModel(folder, "quick", sumModel(1), ioOf(1));
  await slots.load({ slot: "slow", model: slow });
  await slots.load({ slot: "quick", model: quick });

  for (let loss = 1; loss <= 3; loss += 1) {
    const scorer = slots.current("slow");
    if (scorer === null) throw new Error(`the slot is empty before loss ${loss}`);
    await Promise.allSettled(Array.from({ length: 64 }, () => scorer.score(new Float32Array(64))));
    if (lost === null) throw new Error("the thread was not lost");
    const { why, culprit }: { why: string; culprit: Culprit } = lost;
    lost = null;
    slots.blame(culprit, why);
    await slots.reload(newThread());
    nowMs += 60_000;
  }
  expect(slots.current("slow")).toBeNull();
  expect(slots.current("quick")).not.toBeNull();
  expect(slots.states()).toMatchObject([
    { slot: "slow", digest: null, error: { code: "MODEL_TIMEOUT", message: expect.stringMatching(/3 times/) } },
    { slot: "quick", error: null },
  ]);
  await expect(slots.load({ slot: "slow", model: slow })).rejects.toThrow(/restart the worker/);
  await slots.load({ slot: "slow", model: quick });
  expect(slots.current("slow")).not.toBeNull();
}, 60_000);
