import { expect, test } from "vitest";
import { BrokerNotices } from "./broker-notices";

const refused = (user: string | null, text = "to tl/1/press-2/up/state") => ({
  kind: "publish-refused" as const,
  user,
  text,
});

test("the first is told at once, a flood once a minute with its number", () => {
  const notices = new BrokerNotices();
  notices.take(refused("press-1", "first"), 0);
  expect(notices.due(10)).toEqual([{ node: "press-1", kind: "publish-refused", count: 1, text: "first", atMs: 0 }]);
  expect(notices.due(20)).toEqual([]);
  for (let n = 1; n <= 5_000; n += 1) notices.take(refused("press-1", `again ${n}`), n);
  notices.take({ ...refused("press-1"), kind: "taken-over" }, 5_000);
  expect(notices.due(59_000).map(({ kind }) => kind)).toEqual(["taken-over"]);
  expect(notices.due(60_010)).toMatchObject([{ count: 5_000, text: "again 5000", atMs: 5_000 }]);
  expect(notices.due(200_000)).toEqual([]);
});

test("what could not be written is told with the next", () => {
  const notices = new BrokerNotices();
  notices.take(refused("press-1"), 0);
  notices.keep(notices.due(10));
  notices.take(refused("press-1"), 20);
  expect(notices.due(30)).toMatchObject([{ count: 2 }]);
});

test("a thousand invented names cost a bounded memory, and old ones make room", () => {
  const notices = new BrokerNotices();
  for (let n = 0; n < 3_000; n += 1) notices.take(refused(`name-${n}`), 0);
  expect(notices.due(0).length).toBe(1_000);
  notices.take(refused("late"), 61_000);
  expect(notices.due(61_000)).toMatchObject([{ node: "late" }]);
});

test("a refusal without a name stays in the broker's log", () => {
  const notices = new BrokerNotices();
  notices.take(refused(null), 0);
  expect(notices.due(0)).toEqual([]);
});
