import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { parseUnit } from "@/sdk/wire/units";
import { StreamKey } from "@/sdk/wire/names";
import { PLANT_KINDS, type PlantKind } from "./plant";
import { readScenario } from "./scenario";
import { Simulation, type SimulatedSample, type SimulationOptions, createPlant, scaleFor } from "./simulation";

const START = Date.UTC(2026, 5, 1, 9);

function play(plant: PlantKind, minutes: number, options: Partial<SimulationOptions> = {}) {
  const simulation = new Simulation({ plant, seed: 1, startMs: START, rateHz: 1, scale: 1, ...options });
  const samples: SimulatedSample[] = [];
  const events: { tsMs: number; event: { kind: string; data: Record<string, unknown> } }[] = [];
  for (const item of simulation.run()) {
    if (("event" in item ? item.tsMs : item.deliverMs) >= START + minutes * 60_000) break;
    if ("event" in item) events.push(item);
    else samples.push(item);
  }
  const column = (key: string): number[] =>
    samples.flatMap(({ values }) => (typeof values[key] === "number" ? [values[key]] : []));
  return { simulation, samples, events, column };
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

test.each(PLANT_KINDS)("%s: the same seed gives the same bytes, another seed others", (plant) => {
  const digest = (seed: number): string =>
    createHash("sha256")
      .update(JSON.stringify(play(plant, 6, { seed }).samples))
      .digest("hex");
  expect(digest(1)).toBe(digest(1));
  expect(digest(1)).not.toBe(digest(2));
});

test.each(PLANT_KINDS)(
  "%s: times lie on the grid, values are finite and in range, units are UCUM, keys are stream keys",
  (plant) => {
    const { simulation, samples } = play(plant, 10, { scenario: [], rateHz: 2, startMs: START + 137 });
    for (const { key, unit } of simulation.streams) {
      expect(StreamKey.safeParse(key).success, key).toBe(true);
      expect(parseUnit(unit), unit).not.toBeNull();
    }
    const ranges = new Map(simulation.streams.map(({ key, range }) => [key, range]));
    samples.forEach(({ tsMs, values }, index) => {
      expect(tsMs).toBe(START + 500 * (index + 1));
      for (const [key, value] of Object.entries(values)) {
        const [low = 0, high = 0] = ranges.get(key) ?? [];
        expect(value !== null && value >= low && value <= high, `${key} = ${value}`).toBe(true);
      }
    });
  },
);

test("normal running is inside the limits; the pump's wear is over the limit of its vibration", () => {
  for (const plant of PLANT_KINDS) {
    const { simulation, column } = play(plant, 60, { scenario: [] });
    const limited = simulation.streams.filter(({ limits }) => limits);
    expect(limited.length).toBeGreaterThan(3);
    for (const { key, limits } of limited) {
      const values = column(key);
      expect(Math.max(...values), key).toBeLessThanOrEqual(limits?.high ?? Number.POSITIVE_INFINITY);
      expect(Math.min(...values), key).toBeGreaterThanOrEqual(limits?.low ?? Number.NEGATIVE_INFINITY);
    }
  }
  expect(Math.max(...play("pump-house", 10).column("pump-2/vibration-rms"))).toBeGreaterThan(4.5);
});

test("thousands of streams when asked, each machine unlike the next, and the first ones as they were", () => {
  const scale = scaleFor("pump-house", 2_000);
  const large = createPlant("pump-house", 1, scale);
  expect(large.streams.length).toBeGreaterThanOrEqual(2_000);
  expect(new Set(large.streams.map(({ key }) => key)).size).toBe(large.streams.length);
  const { column } = play("pump-house", 3, { scenario: [], scale: 2 });
  const flows = [1, 2, 3, 4, 5, 6].map((pump) => mean(column(`pump-${pump}/flow`)).toFixed(1));
  expect(new Set(flows).size).toBe(6);
});

test("wear raises vibration and bearing temperature, and the other pumps take over what the worn one no longer delivers", () => {
  const scenario = [{ cause: "wear", target: "pump-2", at: "60s", for: "8m", size: 0.9 }];
  const worn = play("pump-house", 9, { scenario });
  const sound = play("pump-house", 9, { scenario: [] });
  const late = (of: typeof worn, key: string): number => mean(of.column(key).slice(-60));
  expect(late(worn, "pump-2/vibration-rms")).toBeGreaterThan(4.5 + late(sound, "pump-2/vibration-rms"));
  expect(late(worn, "pump-2/bearing-temperature")).toBeGreaterThan(15 + late(sound, "pump-2/bearing-temperature"));
  expect(late(worn, "pump-2/flow")).toBeLessThan(late(sound, "pump-2/flow") - 5);
  expect(late(worn, "pump-1/flow")).toBeGreaterThan(late(sound, "pump-1/flow") + 1);
  expect(late(worn, "pump-3/flow")).toBeGreaterThan(late(sound, "pump-3/flow") + 1);
  expect(late(worn, "station/header-pressure")).toBeCloseTo(late(sound, "station/header-pressure"), 1);
});

test("readings remember: demand is close to what it was a second ago and forgets within an hour; noise does not", () => {
  const flow = play("pump-house", 120, { scenario: [] }).column("station/total-flow");
  expect(autocorrelation(flow, 10)).toBeGreaterThan(0.6);
  const room = play("cold-store", 120, { scenario: [] }).column("room-1/air-temperature");
  expect(autocorrelation(room, 5)).toBeGreaterThan(0.95);
  const random = play("pump-house", 30, { scenario: [] }).column("pump-1/discharge-pressure");
  const steps = random.slice(1).map((value, index) => value - (random[index] ?? value));
  expect(autocorrelation(steps, 1)).toBeLessThan(-0.3); // differences of white instrument noise: −0.5
});

function autocorrelation(values: readonly number[], lag: number): number {
  const centre = mean(values);
  let over = 0;
  let under = 0;
  values.forEach((value, index) => {
    under += (value - centre) ** 2;
    over += (value - centre) * ((values[index + lag] ?? centre) - centre);
  });
  return over / under;
}

test("each cause does to the readings what its name says, and ends", () => {
  const { samples, simulation, events } = play("pump-house", 10, {
    scenario: [
      { cause: "stuck", target: "pump-1/flow", at: "60s", for: "60s" },
      { cause: "bias", target: "pump-1/motor-current", at: "60s", for: "60s", size: 40 },
      { cause: "dropout", target: "pump-2", at: "60s", for: "60s" },
      { cause: "cable-pull", target: "pump-3/bearing-temperature", at: "60s", for: "60s" },
      { cause: "bad-release", target: "pump-3/vibration-rms", at: "60s", for: "60s" },
      { cause: "dropout", target: "station/total-flow", at: "60s", for: "60s", late: true },
    ],
  });
  const at = (second: number) => samples.filter(({ tsMs }) => tsMs === START + second * 1_000);
  const merged = (second: number): Record<string, number | null> =>
    Object.assign({}, ...at(second).map(({ values }) => values));
  expect(merged(90)["pump-1/flow"]).toBe(merged(61)["pump-1/flow"]);
  expect(merged(125)["pump-1/flow"]).not.toBe(merged(61)["pump-1/flow"]);
  expect(Number(merged(90)["pump-1/motor-current"]) - Number(merged(125)["pump-1/motor-current"])).toBeGreaterThan(35);
  expect(Object.keys(merged(90)).filter((key) => key.startsWith("pump-2/"))).toEqual([]);
  expect(merged(125)["pump-2/flow"]).toBeGreaterThan(50);
  expect(merged(90)["pump-3/bearing-temperature"]).toBeNull();
  expect(at(90)[0]?.quality).toEqual({ "pump-3/bearing-temperature": "bad" });
  expect(merged(90)["pump-3/vibration-rms"]).toBeLessThan(0.2);
  const lateOnes = samples.filter(({ tsMs, deliverMs }) => deliverMs > tsMs);
  expect(lateOnes).toHaveLength(60);
  expect(
    lateOnes.every(({ deliverMs, values }) => deliverMs === START + 120_000 && "station/total-flow" in values),
  ).toBe(true);
  const truth = events.filter(({ event }) => event.kind === "ground-truth");
  expect(truth).toHaveLength(12);
  expect(simulation.truth.every(({ fromMs, toMs }) => fromMs === START + 60_000 && toMs === START + 120_000)).toBe(
    true,
  );
});

test("an instrument that is stuck from the first second on shows its first value, and not 0", () => {
  const stuck = play("pump-house", 2, { scenario: [{ cause: "stuck", target: "pump-1/flow", at: "0s", for: "60s" }] });
  const shown = stuck.column("pump-1/flow").slice(0, 60);
  expect(new Set(shown).size).toBe(1);
  expect(shown[0]).toBe(play("pump-house", 1, { scenario: [] }).column("pump-1/flow")[0]);
});

test.each([
  [
    "press-line",
    { cause: "season", size: 15 },
    { "line/hall-temperature": 1, "press-1/oil-temperature": 0.3 },
    "press-1/cycle-count",
  ],
  [
    "press-line",
    { cause: "wear", target: "press-2", size: 0.9 },
    { "press-2/vibration-rms": 1, "press-2/oil-temperature": 3, "press-2/motor-power": 0.5 },
    "press-1/vibration-rms",
  ],
  [
    "cold-store",
    { cause: "season", size: 15 },
    { "rack/outdoor-temperature": 9, "rack/discharge-pressure": 1.5, "rack/compressor-power": 0.3 },
    "room-1/door",
  ],
  [
    "cold-store",
    { cause: "wear", target: "rack", size: 0.9 },
    { "rack/vibration-rms": 1, "rack/compressor-power": 0.3 },
    "room-1/air-temperature",
  ],
] as const)("%s: %o raises %o at least by so much on average, and leaves %s as it is", (plant, cause, raised, same) => {
  const minutes = 60;
  const sound = play(plant, minutes, { scenario: [], rateHz: 0.5 });
  const hurt = play(plant, minutes, { scenario: [{ ...cause, at: "0s", for: `${minutes}m` }], rateHz: 0.5 });
  for (const [key, least] of Object.entries(raised))
    expect(mean(hurt.column(key)) - mean(sound.column(key)), key).toBeGreaterThan(least);
  expect(hurt.column(same)).toEqual(sound.column(same));
});

test("a drifting gauge shows more and more while its neighbours on the same header stay", () => {
  const target = "pump-2/discharge-pressure";
  const drifting = play("pump-house", 10, { scenario: [{ cause: "drift", target, at: "60s", for: "8m", size: 0.3 }] });
  const sound = play("pump-house", 10, { scenario: [] });
  const tooMuch = (minute: number): number => {
    const [from, to] = [minute * 60 - 15, minute * 60 + 15];
    return mean(drifting.column(target).slice(from, to)) - mean(sound.column(target).slice(from, to));
  };
  for (const [minute, bar] of [
    [1, 0.002],
    [3, 0.075],
    [5, 0.15],
    [7, 0.225],
  ] as const)
    expect(tooMuch(minute), `minute ${minute}`).toBeCloseTo(bar, 2);
  expect(drifting.column(target).slice(-50)).toEqual(sound.column(target).slice(-50));
  expect(drifting.column("pump-1/discharge-pressure")).toEqual(sound.column("pump-1/discharge-pressure"));
});

test("another product takes more force at a slower pace, and no machine is worn", () => {
  const other = play("press-line", 12, {
    scenario: [{ cause: "process-change", at: "2m", for: "8m", size: 0.16 }],
  });
  const usual = play("press-line", 12, { scenario: [] });
  const during = (of: typeof other, key: string): number => mean(of.column(key).slice(240, 600));
  expect(during(other, "press-1/peak-force") / during(usual, "press-1/peak-force")).toBeCloseTo(1.16, 2);
  expect(during(other, "line/speed") / during(usual, "line/speed")).toBeCloseTo(0.92, 2);
  expect(Math.max(...other.column("press-1/peak-force"))).toBeLessThan(630);
  const after = (of: typeof other): number => mean(of.column("press-1/peak-force").slice(-60));
  expect(after(other) / after(usual)).toBeCloseTo(1, 1);
});

test("a fault of an instrument leaves every other reading as it was", () => {
  const hurt = play("pump-house", 4, { scenario: [{ cause: "stuck", target: "pump-1/flow", at: "60s", for: "60s" }] });
  const sound = play("pump-house", 4, { scenario: [] });
  expect(hurt.column("pump-2/flow")).toEqual(sound.column("pump-2/flow"));
  expect(hurt.column("pump-1/flow").slice(130)).toEqual(sound.column("pump-1/flow").slice(130));
});

test("the default scenario shows wear and a loss of data within the first minutes, and reaches each plant's streams", () => {
  for (const plant of PLANT_KINDS)
    expect(new Simulation({ plant, seed: 1, startMs: START, rateHz: 1, scale: 1 }).causes.length).toBeGreaterThan(1);
  for (const plant of ["pump-house", "press-line"] as const) {
    const { simulation } = play(plant, 5);
    expect(simulation.truth.map(({ cause }) => cause).sort()).toEqual(["dropout", "wear"]);
  }
});

test("a scenario that cannot be run is refused with the entry and what may stand there", () => {
  const { streams } = createPlant("pump-house", 1, 1);
  const ok = { cause: "wear", target: "pump-2", at: "1s", for: "1m" };
  expect(() => readScenario([ok, { ...ok, target: "pump-9" }], streams)).toThrow(
    /scenario\[1\]\.target: there is no "pump-9".*pump-1/,
  );
  expect(() => readScenario([{ ...ok, cause: "rust" }], streams)).toThrow(/cause/);
  expect(() => readScenario([{ ...ok, for: "soon" }], streams)).toThrow(/for.*"10s"/);
  expect(() => readScenario([{ ...ok, size: 2 }], streams)).toThrow(/between 0 and 1/);
  expect(() => readScenario([{ ...ok, every: "2s" }], streams)).toThrow(/every/);
  expect(() => new Simulation({ plant: "pump-house", seed: 1, startMs: 0, rateHz: 0, scale: 1 })).toThrow(RangeError);
});
