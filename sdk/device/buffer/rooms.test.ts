import { expect, test } from "vitest";
import { Rooms } from "./rooms";

test("a room that was given back is used again, by no more than one at a time", () => {
  const rooms = new Rooms();
  const first = rooms.take(40_000);
  const second = rooms.take(40_000);
  expect(second.buffer).not.toBe(first.buffer);
  rooms.give(first.subarray(100));
  rooms.give(first); // twice is once
  const third = rooms.take(41_000);
  expect(third.buffer).toBe(first.buffer);
  expect(third).toHaveLength(41_000);
  expect(rooms.take(41_000).buffer).not.toBe(first.buffer);
});

test("a room that is too small is not used, and foreign bytes are left alone", () => {
  const rooms = new Rooms();
  const small = rooms.take(10);
  rooms.give(small);
  rooms.give(Buffer.alloc(100_000));
  expect(rooms.take(100_000).buffer).not.toBe(small.buffer);
  expect(rooms.take(10).buffer).toBe(small.buffer);
});

test("what is kept is bounded", () => {
  const rooms = new Rooms();
  const all = Array.from({ length: 40 }, () => rooms.take(1));
  for (const one of all) rooms.give(one);
  const again = Array.from({ length: 40 }, () => rooms.take(1));
  expect(again.filter(({ buffer }) => all.some((one) => one.buffer === buffer))).toHaveLength(16);
});
