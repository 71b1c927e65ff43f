import { afterEach, expect, test } from "vitest";
import { ModelThread } from "./model-thread";
import { mlpModel, sumModel } from "./testing";
import { ioOf } from "./testing-files";

let thread: ModelThread | null = null;
afterEach(() => thread?.close());

test("windows that wait together run together, and each gets its own answer", async () => {
  const batches: number[] = [];
  thread = new ModelThread({ onLatency: (_, windows) => batches.push(windows) });
  const model = await thread.load(sumModel(2), ioOf(2));
  const verdicts = await Promise.all(Array.from({ length: 100 }, (_, i) => model.score(Float32Array.of(i, 1))));
  expect(verdicts.map(({ score }) => score)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(batches).toEqual([64, 36]);
}, 20_000);

test("two models live side by side and one can go", async () => {
  thread = new ModelThread();
  const [once, twice] = [await thread.load(sumModel(1), ioOf(1)), await thread.load(sumModel(1, 2), ioOf(1))];
  expect(once.digest).not.toBe(twice.digest);
  expect([(await once.score(Float32Array.of(3))).score, (await twice.score(Float32Array.of(3))).score]).toEqual([3, 6]);
  await once.unload();
  await expect(once.score(Float32Array.of(3))).rejects.toThrow("unloaded");
  expect((await twice.score(Float32Array.of(4))).score).toBe(8);
}, 20_000);

test("an output of several numbers travels by name", async () => {
  thread = new ModelThread();
  const model = await thread.load(mlpModel([4, 8, 3]), ioOf(4));
  expect((await model.score(Float32Array.of(1, 2, 3, 4))).outputs["score"]).toHaveLength(3);
}, 20_000);

test("the queue is bounded: what does not fit is refused at once", async () => {
  thread = new ModelThread({ maxQueue: 4 });
  const model = await thread.load(sumModel(1), ioOf(1));
  const settled = await Promise.allSettled(Array.from({ length: 6 }, () => model.score(Float32Array.of(1))));
  expect(settled.map(({ status }) => status)).toEqual([
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "rejected",
    "rejected",
  ]);
}, 20_000);

test("a thread that does not answer is given up with everything that waits for it", async () => {
  let lost = "";
  thread = new ModelThread({ runTimeoutMs: 1, onLost: (why) => (lost = why) });
  const model = await thread.load(mlpModel([64, 2_048, 2_048, 8]), ioOf(64));
  await expect(Promise.all(Array.from({ length: 64 }, () => model.score(new Float32Array(64))))).rejects.toThrow(
    /did not answer/,
  );
  expect(lost).toMatch(/did not answer/);
  expect(thread.isAlive).toBe(false);
}, 20_000);
