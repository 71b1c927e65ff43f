import { describe, expect, test } from "vitest";
import { definitionFaults, type KpiDefinition, minuteShown, minuteTyped, unitFault } from "./kpi";
import { type DueSums, dayValue, duePerHour, healthOfDay, type WindowSums } from "./kpi-day";
import { baselineOf, boundKpi, kpiNow, type KpiMoment, seriesOf, unitWhyOf } from "./kpi-now";
import { kpisVerdict, outcomesVerdict } from "./kpi-words";
import { progressOf } from "./progress";
import { known, unknown } from "./three-valued";

const KPI: KpiDefinition = {
  ...{
    unit: "kW.h",
    direction: "down",
    bandLow: null,
    bandHigh: null,
    source: "stream",
    nodeId: null,
    deviceId: null,
    streamId: 1,
    stat: "integral",
  },
  ...{
    timeZone: "Europe/Paris",
    fromMinute: 0,
    toMinute: 1_440,
    dueEveryS: null,
    minCoverage: 0.8,
    maxStaleS: 900,
    isAdditive: true,
  },
  ...{ valueCents: { low: 12, mode: 14.5, high: 20 }, currency: "EUR" },
};
const HOUR_MS = 3_600_000;

describe("a definition", () => {
  test("that is right has no fault, and neither has a night shift", () => {
    expect(definitionFaults(KPI)).toEqual([]);
    expect(definitionFaults({ ...KPI, fromMinute: 1_320, toMinute: 360, dueEveryS: 600 })).toEqual([]);
  });

  test.each<[string, Partial<KpiDefinition>, string]>([
    ["no unit of UCUM", { unit: "kilowatts" }, "unit"],
    ["a band without its upper end", { direction: "band", bandLow: 1 }, "bandHigh"],
    ["a band upside down", { direction: "band", bandLow: 2, bandHigh: 1 }, "bandHigh"],
    ["no time zone", { timeZone: "Europe/Lyon" }, "timeZone"],
    ["an empty window", { fromMinute: 480, toMinute: 480 }, "toMinute"],
    ["a window that begins when the day is over", { fromMinute: 1_440, toMinute: 360 }, "fromMinute"],
    ["a reading due every second", { dueEveryS: 1 }, "dueEveryS"],
    ["a window that is no time", { fromMinute: Number.NaN }, "fromMinute"],
    ["coverage of nothing", { minCoverage: 0 }, "minCoverage"],
    ["coverage above all", { minCoverage: 1.1 }, "minCoverage"],
    ["no staleness", { maxStaleS: 0 }, "maxStaleS"],
    ["low above mode", { valueCents: { low: 3, mode: 2, high: 4 } }, "valueCents.mode"],
    ["mode above high", { valueCents: { low: 1, mode: 5, high: 4 } }, "valueCents.high"],
    ["negative worth", { valueCents: { low: -1, mode: 2, high: 4 } }, "valueCents.low"],
    ["two currencies in one field", { currency: "EUR/USD" }, "currency"],
    ["no stream", { streamId: null }, "streamId"],
    ["no device", { source: "device", unit: "%" }, "thing"],
    ["health in kilowatts", { source: "device", unit: "kW", nodeId: "lyon-1" }, "unit"],
    ["no way from readings to a value", { stat: null }, "stat"],
  ])("with %s is refused at its field", (_, wrong, field) => {
    expect(definitionFaults({ ...KPI, ...wrong }).map((fault) => fault.field)).toContain(field);
  });

  test("takes a stream whose unit can become its own, after the hours are counted in", () => {
    expect(unitFault(KPI, "kW")).toBeNull();
    expect(unitFault(KPI, "W")).toBeNull();
    expect(unitFault(KPI, null)).toBeNull();
    expect(unitFault(KPI, "Cel")?.hint).toBe("The stream gives Cel.h, which cannot become kW.h.");
    expect(unitFault({ unit: "kW.h", stat: "mean" }, "kW")).toMatchObject({ field: "unit" });
    expect(unitFault(KPI, "kilowatts")).toMatchObject({
      field: "streamId",
      hint: expect.stringContaining("no UCUM unit"),
    });
  });

  test("names no cents in a fault of its worth: the form shows units of money", () => {
    const faults = definitionFaults({ ...KPI, valueCents: { low: 1_400, mode: 1_300, high: 1_200 } });
    expect(faults.map(({ hint }) => hint)).toEqual([
      "Enter at least the low estimate.",
      "Enter at least the likeliest value.",
    ]);
  });

  test("times of the day are read as they are shown", () => {
    for (const minute of [0, 390, 1_439, 1_440]) expect(minuteTyped(minuteShown(minute))).toBe(minute);
    for (const text of ["", "6", "06:60", "noon"]) expect(minuteTyped(text)).toBeNaN();
  });
});

describe("the value of a window", () => {
  const sums: WindowSums = { n: 1_440, sum: 1_440 * 2_000, min: 500, max: 4_000, minutes: 1_440, hours: 24 };
  const watts = { unit: "W", rateHz: 1 / 60 };

  test("is the mean times its hours, in the KPI's unit: 2 kW all day are 48 kW.h", () => {
    const day = dayValue(sums, { stat: "integral", unit: "kW.h", minCoverage: 0.8, dueEveryS: null }, watts);
    expect(day).toEqual({ value: expect.closeTo(48, 9), coverage: 1, quality: "good" });
    expect(dayValue(sums, { stat: "max", unit: "kW", minCoverage: 0.8, dueEveryS: null }, watts).value).toBeCloseTo(4);
    expect(dayValue(sums, { stat: "min", unit: "kW", minCoverage: 0.8, dueEveryS: null }, watts).value).toBeCloseTo(
      0.5,
    );
  });

  test("on the day of 23 hours a reading in each minute is full coverage", () => {
    const short = { ...sums, n: 1_380, sum: 1_380 * 2_000, minutes: 1_380, hours: 23 };
    const day = dayValue(short, { stat: "integral", unit: "kW.h", minCoverage: 0.8, dueEveryS: null }, watts);
    expect(day).toEqual({ value: expect.closeTo(46, 9), coverage: 1, quality: "good" });
  });

  test("of a stream with one reading in five minutes is covered by 288 minutes, thin below, and empty without any", () => {
    const slow = { unit: "kW", rateHz: 1 / 300 };
    const mean = { stat: "mean" as const, unit: "kW", minCoverage: 0.8, dueEveryS: null };
    expect(dayValue({ ...sums, n: 288, minutes: 288 }, mean, slow)).toMatchObject({ coverage: 1, quality: "good" });
    expect(dayValue({ ...sums, n: 200, minutes: 200 }, mean, slow)).toMatchObject({ quality: "thin" });
    const none = { ...sums, n: 0, sum: null, min: null, max: null, minutes: 0 };
    expect(dayValue(none, mean, slow)).toEqual({ value: null, coverage: 0, quality: "empty" });
  });

  test("needs a reading as often as it asks for, whatever the stream sends", () => {
    expect(duePerHour({ dueEveryS: null }, 1)).toBe(60);
    expect(duePerHour({ dueEveryS: null }, null)).toBe(60);
    expect(duePerHour({ dueEveryS: null }, 1 / 300)).toBeCloseTo(12);
    expect(duePerHour({ dueEveryS: 600 }, 1)).toBeCloseTo(6);
    const mean = { stat: "mean" as const, unit: "kW", minCoverage: 0.8, dueEveryS: 600 };
    const live = { unit: "kW", rateHz: 1 };
    expect(dayValue({ ...sums, n: 144, minutes: 144 }, mean, live)).toMatchObject({ coverage: 1, quality: "good" });
    expect(dayValue({ ...sums, n: 900, minutes: 72 }, mean, live)).toMatchObject({ coverage: 0.5, quality: "thin" });
  });

  test("of a stream whose unit changed to another dimension cannot be computed", () => {
    expect(() =>
      dayValue(sums, { stat: "mean", unit: "kW", minCoverage: 0.8, dueEveryS: null }, { ...watts, unit: "Cel" }),
    ).toThrow(RangeError);
  });
});

describe("the health of a device", () => {
  const share = { unit: "%", dueEveryS: null };
  const whole: DueSums = { n: 1_440, minutes: 1_440, rateHz: 1, dueHours: 24 };

  test("is the share of the minutes with a reading among those in which one was due, over its streams", () => {
    const slow: DueSums = { n: 72, minutes: 72, rateHz: 1 / 600, dueHours: 24 };
    expect(healthOfDay([whole], share)).toEqual({ value: 100, coverage: 1, quality: "good" });
    expect(healthOfDay([whole, { ...whole, n: 0, minutes: 0 }], share)?.value).toBe(50);
    expect(healthOfDay([slow], share)?.value, "72 of the 144 that it promises").toBe(50);
    expect(healthOfDay([whole], { ...share, unit: "1" })?.value).toBe(1);
  });

  test("of a stream that came later is due since then, and silence is known to be silence", () => {
    const later: DueSums = { ...whole, n: 360, minutes: 360, dueHours: 6 };
    expect(healthOfDay([whole, later], share)?.value).toBe(100);
    const silent = healthOfDay([{ ...whole, n: 0, minutes: 0 }], share);
    expect(silent).toEqual({ value: 0, coverage: 1, quality: "good" });
  });

  test("is nothing where nothing was due, and leaves out a stream that promises no rate unless one is asked for", () => {
    const event: DueSums = { n: 3, minutes: 3, rateHz: null, dueHours: 24 };
    expect(healthOfDay([event], share)).toBeNull();
    expect(healthOfDay([whole, event], share)?.value).toBe(100);
    expect(healthOfDay([event], { ...share, dueEveryS: 28_800 })?.value).toBe(100);
  });
});

describe("now", () => {
  const nowMs = Date.UTC(2026, 10, 28, 9);
  const good: KpiMoment = {
    last: { day: "2026-11-27", value: 48, coverage: 1, quality: "good" },
    ...{ endOfLastMs: nowMs - 10 * HOUR_MS, isSeen: true, unitWhy: null, newestMs: nowMs - 2_000, nowMs },
  };

  test("a KPI has the value of its newest window", () => {
    expect(kpiNow(KPI, good)).toEqual(known({ value: 48, day: "2026-11-27" }));
  });

  test.each<[string, Partial<KpiMoment>, string]>([
    [
      "whose stream fell silent",
      { newestMs: nowMs - HOUR_MS },
      "its newest reading is 60 min old, 15 min is the limit",
    ],
    ["whose stream never sent", { newestMs: null }, "its stream has no reading"],
    [
      "whose stream changed to a unit that cannot become its own",
      { last: null, unitWhy: unitWhyOf(KPI, "Cel") },
      "it cannot be computed: the stream gives Cel.h, which cannot become kW.h",
    ],
    ["of another team's stream", { isSeen: false }, "its stream belongs to a team that you are not in"],
    ["without a window that is over", { last: null }, "no day of it has been computed yet"],
    [
      "whose newest window is thin",
      { last: { day: "2026-11-27", value: 30, coverage: 0.499, quality: "thin" } },
      "2026-11-27 is covered to 49 %, 80 % is the least",
    ],
    [
      "whose newest window is empty",
      { last: { day: "2026-11-27", value: null, coverage: 0, quality: "empty" } },
      "there is no reading of 2026-11-27",
    ],
    ["that nothing computes", { endOfLastMs: nowMs - 27 * HOUR_MS }, "nothing was computed since 2026-11-27"],
  ])("a KPI %s is unknown, never its last good value", (_, moment, why) => {
    expect(kpiNow(KPI, { ...good, ...moment })).toEqual(unknown(why));
  });

  test("a KPI that is entered by hand goes stale by itself, and one of a part to come says so", () => {
    const manual = { ...KPI, source: "manual" as const, maxStaleS: 7 * 86_400 };
    const entered = { ...good, newestMs: null, endOfLastMs: nowMs - 6 * 24 * HOUR_MS };
    expect(kpiNow(manual, entered).known).toBe(true);
    expect(kpiNow(manual, { ...entered, endOfLastMs: nowMs - 8 * 24 * HOUR_MS })).toMatchObject({ known: false });
    const dead = { ...good, newestMs: null };
    expect(kpiNow({ ...KPI, source: "device" }, dead), "a silent device has a health").toMatchObject({ known: true });
    expect(kpiNow({ ...KPI, source: "device" }, { ...good, isSeen: false })).toEqual(
      unknown("its device belongs to a team that you are not in"),
    );
    expect(kpiNow({ ...KPI, source: "model" }, good)).toEqual(unknown("no model reports its accuracy yet"));
  });
});

describe("what a use case needs of it", () => {
  const facts = { name: "Energy", source: "stream" as const, hasOwner: true, hasDatedTarget: true };
  const daysOf = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      day: new Date(Date.UTC(2026, 8, 1 + index)).toISOString().slice(0, 10),
      ...{ value: 100 + ((index * 7) % 5), coverage: 1, quality: "good" as const },
    }));

  test("a day without a value parts its neighbours", () => {
    const [first, second, third] = daysOf(3);
    expect(seriesOf([first, third].flatMap((day) => day ?? []))).toEqual([100, null, 104]);
    expect(seriesOf([first, second].flatMap((day) => day ?? []))).toEqual([100, 102]);
  });

  test("27 days are too few, 28 say what can be seen", () => {
    expect(boundKpi(facts, known(1), baselineOf(daysOf(27))).detectable).toEqual(
      unknown("Energy has 27 of 28 days, too few to know its noise."),
    );
    const { kpi, detectable } = boundKpi(facts, known(1), baselineOf(daysOf(28)));
    expect(kpi).toMatchObject({ live: known(true), baselineDays: known(28), coverage: known(1) });
    expect(detectable.known && detectable.value).toBeGreaterThan(0);
  });

  test("one that is entered by hand is no live series, and an unknown one is not known to be", () => {
    expect(boundKpi({ ...facts, source: "manual" }, known(1), baselineOf(daysOf(40))).kpi.live).toEqual(known(false));
    expect(boundKpi(facts, unknown("silent"), baselineOf(daysOf(40))).kpi.live).toEqual(unknown("silent"));
  });
});

// governance.md b5: re:Work's 3 of 6 features, less is better, a share, and one that fell back.
test.each([
  [0, 6, 3, 0.5, 0.5],
  [200, 0, 100, 0.5, 0.5],
  [0.9, 0.99, 0.96, 0.6667, 0.6667],
  [10, 20, 5, 0, -0.5],
])("from %d to %d, %d is %d of the way", (baseline, target, value, share, raw) => {
  const progress = progressOf({ baseline, target, now: known({ value }) });
  expect(progress).toMatchObject({ value: { share: expect.closeTo(share, 4), raw: expect.closeTo(raw, 4) } });
});

test("there is no way to a target that is the baseline, and an unknown KPI is unknown on its way", () => {
  expect(() => progressOf({ baseline: 1, target: 1, now: known({ value: 1 }) })).toThrow(RangeError);
  expect(progressOf({ baseline: 0, target: 1, now: unknown("silent") })).toEqual(unknown("silent"));
});

test("one sentence says how KPIs and outcomes stand", () => {
  const [good, bad] = [
    { name: "Energy", now: known(1) },
    { name: "Stops", now: unknown("its stream has no reading") },
  ];
  expect(kpisVerdict([])).toBe("No KPI has been defined yet");
  expect(kpisVerdict([good])).toBe("The one KPI is known");
  expect(kpisVerdict([good, good])).toBe("All 2 KPIs are known");
  expect(kpisVerdict([good, bad])).toBe("Stops is unknown: its stream has no reading");
  expect(kpisVerdict([bad, bad])).toBe("2 of 2 KPIs are unknown; Stops is unknown: its stream has no reading");
  const way = (value: number) => ({ baseline: 0, target: 10, now: known({ value }) });
  const outcome = { statement: "Fewer stops", state: "active", horizon: "2027-06-30", kpis: [way(10)] };
  expect(outcomesVerdict([], "2026-11-28")).toBe("No outcome has been written down yet");
  expect(outcomesVerdict([{ ...outcome, state: "draft" }], "2026-11-28")).toBe("1 outcome, none of them active");
  expect(outcomesVerdict([outcome, { ...outcome, kpis: [way(3)] }], "2026-11-28")).toBe("2 active outcomes, 1 reached");
  expect(outcomesVerdict([outcome], "2027-07-01")).toBe("Fewer stops: its horizon has passed");
});
