import { expect, test } from "vitest";
import { known, unknown } from "@/server/value/domain/three-valued";
import { type GoLiveFacts, measureValue } from "./measured-value";
import { clockWords, forecastWords, overviewVerdict } from "./measured-words";

const LIVE = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const day = (index: number) => new Date(LIVE + index * DAY_MS).toISOString().slice(0, 10);

/** Forty days of 100 or so before go-live, and `since` days that are better by ten. */
function facts(since: number, more: Partial<GoLiveFacts> = {}): GoLiveFacts {
  const values: Record<string, number> = {};
  for (let index = -40; index < since; index += 1)
    values[day(index)] = (index < 0 ? 100 : 90) + ((((index + 40) * 7) % 11) - 5) * 0.2;
  return {
    ...{
      liveOn: day(0),
      liveMs: LIVE,
      baselineFrom: day(-40),
      lastDay: day(since - 1),
      unit: "kW.h",
      direction: "down",
    },
    ...{ values, drivers: [], centsPerUnit: 20, oneOffCents: 2_000, runCentsPerDay: 10, usefulLifeDays: 1_000 },
    ...{ adjustments: [], forecast: { p10: 0, p50: 2, p90: 10 }, sharedWith: [] },
    ...more,
  };
}
const at = (index: number) => LIVE + index * DAY_MS + 3_600_000;

test("before ninety days are over the forecast is met at a pace, and afterwards by what was measured in them", () => {
  const early = measureValue(facts(30), at(30)).forecast;
  expect(early).toMatchObject({ known: true, value: { isPace: true, where: "within" } });
  // 90 days of about 200 cents for 2,000 once and 10 a day
  expect(early.known && early.value.roi).toBeCloseTo((18_000 - 2_900) / 2_900, 1);
  const late = measureValue(facts(120, { forecast: { p10: 0, p50: 1, p90: 2 } }), at(120)).forecast;
  expect(late).toMatchObject({ known: true, value: { isPace: false, where: "above" } });
  expect(late.known && forecastWords(late.value)).toMatch(
    /after ninety days, above the 0 % to \+200 % that was forecast/,
  );
});

test("an adjustment counts on its day, and one of a day that is not over does not yet", () => {
  const benefit = (adjustments: GoLiveFacts["adjustments"]) => {
    const { returns } = measureValue(facts(10, { adjustments }), at(10));
    return returns.known ? returns.value.cash.benefitCents : null;
  };
  const plain = benefit([]);
  expect(benefit([{ day: day(3), cents: -100, reason: "a line stood" }])).toBe((plain ?? 0) - 100);
  expect(benefit([{ day: day(10), cents: -100, reason: "today" }])).toBe(plain);
});

test("what cannot be said is unknown with its reason, down the whole chain", () => {
  const ahead = measureValue(facts(0, { lastDay: day(-3) }), at(-2));
  expect(ahead).toMatchObject({ clock: { state: "not started" }, effect: { known: false }, returns: { known: false } });
  expect(ahead.says).toBe(`It goes live on ${day(0)}`);
  expect(ahead.days.every(({ isLive }) => !isLive)).toBe(true);
  const short = measureValue(facts(10, { baselineFrom: day(-3) }), at(10));
  expect(short.baseline).toMatchObject({ known: false, why: expect.stringContaining("3 complete days") });
  expect(short.says).toMatch(/^Not measured: the baseline has 3 complete days/);
  const shared = measureValue(facts(10, { sharedWith: ["Pumps"] }), at(10));
  expect(shared).toMatchObject({ effect: { known: true }, returns: { known: false } });
  expect(shared.says).toMatch(/shared with others$/);
  expect(measureValue(facts(10, { forecast: null }), at(10)).forecast).toEqual(
    unknown("nobody had estimated it when it went live"),
  );
  const free = measureValue(facts(10, { oneOffCents: 0, runCentsPerDay: 0 }), at(10));
  expect(free.forecast).toEqual(unknown("nothing was spent, so there is no ratio"));
  const silent = facts(10);
  const none = Object.fromEntries(Object.entries(silent.values).filter(([name]) => name < day(0)));
  expect(measureValue({ ...silent, values: none }, at(10)).effect).toEqual(
    unknown("none of the 10 days since it went live has a value"),
  );
});

test("what is worse is said to be worse, and what chance could show is no effect", () => {
  expect(measureValue(facts(20, { direction: "up" }), at(20)).says).toMatch(/kW.h worse a day, not paid back yet$/);
  const { values } = facts(20);
  const same = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, name < day(0) ? value : value + 10]),
  );
  expect(measureValue(facts(20, { values: same }), at(20)).says).toMatch(
    /^No effect can be told from the KPI's noise yet/,
  );
});

test("the clock and all that went live, in words", () => {
  expect(clockWords({ state: "not started" })).toBe("not begun");
  expect(clockWords({ state: "running", day: 41, daysLeft: 49 })).toBe("day 41, 49 left");
  expect(clockWords({ state: "over", day: 120 })).toBe("over; this is day 120");
  const good = { title: "A", measured: known(measureValue(facts(30), at(30))) };
  const open = {
    title: "B",
    measured: unknown<(typeof good)["measured"] extends { value: infer V } ? V : never>("hidden"),
  };
  expect(overviewVerdict([])).toBe("Nothing has gone live yet");
  expect(overviewVerdict([good])).toMatch(/^A: .* kW.h better a day, paid back on day 1[01]$/);
  expect(overviewVerdict([open])).toBe("B: unknown, hidden");
  expect(overviewVerdict([good, open])).toBe(
    "2 use cases went live, 1 of them is paid back, of 1 nothing can be said yet",
  );
});
