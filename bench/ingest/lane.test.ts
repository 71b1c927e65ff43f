import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Lane, WINDOW } from "./lane";
import type { Prepared } from "./raw-node";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

function laneOf(total: number): { lane: Lane; sent: number[] } {
  const sent: number[] = [];
  const packetOf = (batch: number): Prepared => ({ bytes: Buffer.from([batch]), idAt: 0 });
  return { lane: new Lane(total, packetOf, ({ bytes }) => sent.push(bytes[0] ?? -1)), sent };
}

test("a batch that is sent again counts from the instant at which it was first due", () => {
  const { lane, sent } = laneOf(2);
  lane.send(performance.now() - 5); // the sender itself was 5 ms late
  vi.advanceTimersByTime(4_000);
  lane.resendAfter(3_000);
  vi.advanceTimersByTime(10);
  lane.takeAck({ upTo: 0, credit: WINDOW });
  expect(sent).toEqual([0, 0]);
  expect(lane.latenciesMs).toEqual([4_015]);
  expect(lane.latenessMs).toEqual([5]);
  expect(lane.resent).toBe(1);
});

test("a resend leaves the schedule where it was", () => {
  const { lane, sent } = laneOf(10);
  for (let batch = 0; batch < 3; batch++) lane.send(performance.now());
  lane.takeAck({ upTo: 0, credit: WINDOW });
  vi.advanceTimersByTime(3_000);
  lane.resendAfter(3_000);
  lane.send(performance.now());
  expect(sent).toEqual([0, 1, 2, 1, 2, 3]);
});

test("no more than window and credit allow is under way", () => {
  const { lane, sent } = laneOf(100);
  lane.fill();
  expect(sent).toHaveLength(WINDOW);
  lane.takeAck({ upTo: 15, credit: 4 });
  lane.fill();
  expect(sent).toHaveLength(WINDOW + 4);
  lane.takeAck({ upTo: 19, credit: 0 });
  lane.fill();
  expect(sent).toHaveLength(WINDOW + 4);
});
