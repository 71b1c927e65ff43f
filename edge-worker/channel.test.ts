import { expect, test } from "vitest";
import { Channel } from "./channel";

test("a producer waits while the channel is full, and order is kept", async () => {
  const channel = new Channel<number>(2);
  let pushed = 0;
  const producing = (async () => {
    for (let i = 0; i < 6; i += 1) {
      await channel.push(i);
      pushed += 1;
    }
    channel.end();
  })();
  await new Promise((next) => setImmediate(next));
  expect(pushed).toBe(2);
  const got: number[] = [];
  for await (const item of channel) got.push(item);
  await producing;
  expect(got).toEqual([0, 1, 2, 3, 4, 5]);
});

test("offer says when there is no room", () => {
  const channel = new Channel<number>(1);
  expect([channel.offer(1), channel.offer(2)]).toEqual([true, false]);
});

test("an error reaches the consumer after what was queued", async () => {
  const channel = new Channel<number>(5);
  channel.offer(1);
  channel.end(new Error("gone"));
  const got: number[] = [];
  await expect(async () => {
    for await (const item of channel) got.push(item);
  }).rejects.toThrow("gone");
  expect(got).toEqual([1]);
});

test("when the consumer leaves, waiting producers go on", async () => {
  const channel = new Channel<number>(1);
  channel.offer(1);
  const waiting = channel.push(2);
  for await (const _ of channel) break;
  await expect(waiting).resolves.toBeUndefined();
});
