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

test("a failure is told and not kept; one behind an old answer leaves that to grow old", async () => {
  const { read, next, at } = open();
  const failed = read();
  next().fail(new Error("database away"));
  await expect(failed).rejects.toThrow("database away");
  const second = read();
  next().answer(2);
  expect(await second).toBe(2);
  at(2_000);
  expect(await read()).toBe(2);
  next().fail(new Error("away again"));
  await new Promise(setImmediate);
  expect(await read()).toBe(2);
  at(4_000);
  const late = read();
  next().answer(2); // the one that was asked behind the old answer
  next().answer(3);
  expect(await late).toBe(3);
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
