import { expect, test } from "vitest";
import { ahead } from "./ahead";

const turn = () => new Promise((next) => setImmediate(next));

function counted(total: number, failAt = Number.POSITIVE_INFINITY) {
  const state = { made: 0, isLeft: false };
  async function* items(): AsyncGenerator<number> {
    try {
      for (let item = 0; item < total; item += 1) {
        if (item === failAt) throw new Error("the source broke");
        state.made += 1;
        yield item;
      }
    } finally {
      state.isLeft = true;
    }
  }
  return { state, items: items() };
}

test("the source runs ahead as far as allowed, and no further", async () => {
  const { state, items } = counted(10);
  const got: number[] = [];
  const made: number[] = [];
  for await (const item of ahead(items, 3)) {
    await turn();
    got.push(item);
    made.push(state.made);
  }
  expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  // three that wait, the one that was given out, and the one that waits to be queued
  expect(made.slice(0, 3)).toEqual([5, 6, 7]);
});

test("an error of the source comes after the items before it", async () => {
  const got: number[] = [];
  await expect(async () => {
    for await (const item of ahead(counted(9, 4).items, 8)) got.push(item);
  }).rejects.toThrow("the source broke");
  expect(got).toEqual([0, 1, 2, 3]);
});

test("when the reader leaves, the source is left too", async () => {
  const { state, items } = counted(100);
  for await (const item of ahead(items, 2)) if (item === 3) break;
  await turn();
  expect(state.isLeft).toBe(true);
  expect(state.made).toBeLessThan(10);
});
