import { expect, test } from "vitest";
import { SCHEDULES } from "../schedules";
import { nextTurnMs } from "./cron";

const NOW = Date.UTC(2026, 10, 28, 6, 45, 30);

test.each([
  ["* * * * *", "2026-11-28T06:46:00.000Z"],
  ["*/30 * * * *", "2026-11-28T07:00:00.000Z"],
  ["7 * * * *", "2026-11-28T07:07:00.000Z"],
  ["23 3 * * *", "2026-11-29T03:23:00.000Z"],
  ["0 0 1 1 *", "2027-01-01T00:00:00.000Z"],
  ["0 6,18 * * *", "2026-11-28T18:00:00.000Z"],
  ["0 0 * * 1", "2026-11-30T00:00:00.000Z"],
])("%s next comes true at %s", (cron, at) => {
  expect(new Date(nextTurnMs(cron, NOW) ?? 0).toISOString()).toBe(at);
});

test.each(["* * * *", "1-5 * * * *", "x * * * *"])("%s is refused", (cron) => {
  expect(() => nextTurnMs(cron, NOW)).toThrow(RangeError);
});

test("every schedule of ours can be read", () => {
  for (const { name, cron } of SCHEDULES) expect(nextTurnMs(cron, NOW), name).not.toBeNull();
});
