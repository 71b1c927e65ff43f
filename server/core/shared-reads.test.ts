import { expect, test } from "vitest";
import { SharedReads } from "./shared-reads";

function open() {
  let nowMs = 0;
  let asked = 0;
  const waiting: { answer(value: number): void; fail(cause: Error): void }[] = [];
  const reads = new SharedReads(() => nowMs);
  return {
    reads,
    at: (ms: number) => {
      nowMs = ms;
    },
    read: (key = "fleet") =>
      reads.read(key, () => {
        asked += 1;
        return new Promise<number>((answer, fail) => waiting.push({ answer, fail }));
      }),
    next: () => {
      const [first] = waiting.splice(0, 1);
      if (!first) throw new Error("nothing was asked");
      return first;
    },
    asked: () => asked,
  };
}

test("who asks at the same time waits for one read", async () => {
  const { read, next, asked } = open();
  const answers = Promise.all([read(), read(), read()]);
  next().answer(1);
  expect(await answers).toEqual([1, 1, 1]);
  expect(asked()).toBe(1);
});

test("different questions are different reads", () => {
  const { read, asked } = open();
  void read("fleet of one team");
  void read("fleet of another");
  expect(asked()).toBe(2);
});

test("within a second nobody asks again; then one does, and the old answer serves meanwhile", async () => {
  const { read, next, at, asked } = open();
  const first = read();
  next().answer(1);
  await first;
  at(900);
  expect(await read()).toBe(1);
  expect(asked()).toBe(1);
  at(2_000);
  expect(await read()).toBe(1);
  expect(await read()).toBe(1);
  expect(asked()).toBe(2);
  next().answer(2);
  await new Promise(setImmediate);
  expect(await read()).toBe(2);
});

test("after a quiet time the answer is waited for", async () => {
  const { read, next, at } = open();
  const first = read();
  next().answer(1);
  await first;
  at(3_001);
  const later = read();
  next().answer(2);
  expect(await later).toBe(2);
});

test("after a change nobody gets an answer from before it, also one that is still being read", async () => {
  const { reads, read, next } = open();
  const before = read();
  reads.forget();
  const after = read();
  next().answer(1);
  next().answer(2);
  expect(await before).toBe(1);
  expect(await after).toBe(2);
  expect(await read()).toBe(2);
});

test.each([900, 2_000, 60_000])("a read that takes %i ms is still joined: nobody starts a second", async (ms) => {
  const { read, next, at, asked } = open();
  const first = read();
  at(ms);
  const second = read();
  expect(asked()).toBe(1);
  next().answer(1);
  expect(await Promise.all([first, second])).toEqual([1, 1]);
});

test("an answer's age counts from when it came, not from when it was asked for", async () => {
  const { read, next, at, asked } = open();
  const slow = read();
  at(5_000);
  next().answer(1);
  await slow;
  at(5_900);
  expect(await read()).toBe(1);
  expect(asked()).toBe(1);
});

test("who comes when the old answer is too old waits for the read that is under way behind it", async () => {
  const { read, next, at, asked } = open();
  const first = read();
  next().answer(1);
  await first;
  at(2_000);
  expect(await read()).toBe(1);
  at(9_000);
  const late = read();
  expect(asked()).toBe(2);
  next().answer(2);
  expect(await late).toBe(2);
});

test("a failure is told to who waits for it, and not kept", async () => {
  const { read, next } = open();
  const failed = read();
  next().fail(new Error("database away"));
  await expect(failed).rejects.toThrow("database away");
  const second = read();
  next().answer(2);
  expect(await second).toBe(2);
});

test("after a failure behind an old answer the next one asks, and is told why", async () => {
  const { read, next, at } = open();
  const first = read();
  next().answer(1);
  await first;
  at(2_000);
  expect(await read()).toBe(1);
  next().fail(new Error("away"));
  await new Promise(setImmediate);
  const late = read();
  next().fail(new Error("away again"));
  await expect(late).rejects.toThrow("away again");
});

test("no more than 64 answers are kept", async () => {
  const { read, next, asked } = open();
  for (let i = 0; i < 70; i++) {
    void read(`question ${i}`);
    next().answer(i);
  }
  expect(await read("question 69")).toBe(69);
  expect(asked()).toBe(70);
  void read("question 0");
  expect(asked()).toBe(71);
});
