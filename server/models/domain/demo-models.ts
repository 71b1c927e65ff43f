import { Simulation } from "@/edge-worker/adapters/simulator/domain/simulation";
import type { PlantKind } from "@/edge-worker/adapters/simulator/domain/plant";
import type { Feature } from "@/sdk/wire/manifest";
import { type PcaModel, trainPca } from "./pca";
import { type Recorded, windowRows } from "./window-rows";

/** A model of the demo's plant: what goes in, how it is cut, and on which machines it runs. */
export interface DemoModel {
  name: string;
  slot: string;
  plant: Extract<PlantKind, "pump-house" | "press-line">;
  devices: RegExp;
  /** alias → stream key, `{device}` = each machine */
  inputs: Readonly<Record<string, string>>;
  features: readonly Feature[];
  sizeMs: number;
  everyMs: number;
}

const WINDOW = { sizeMs: 20_000, everyMs: 5_000 };

export const DEMO_MODELS: readonly DemoModel[] = [
  {
    name: "pump-health",
    slot: "pump-health",
    plant: "pump-house",
    devices: /^pump-/,
    inputs: {
      vibration: "{device}/vibration-rms",
      bearing: "{device}/bearing-temperature",
      current: "{device}/motor-current",
      flow: "{device}/flow",
      pressure: "{device}/discharge-pressure",
      speed: "{device}/speed",
      room: "station/room-temperature",
    },
    features: [
      { stream: "vibration", unit: "mm/s", agg: "mean" },
      { stream: "vibration", unit: "mm/s", agg: "p95" },
      { stream: "bearing", unit: "Cel", agg: "mean" },
      { stream: "current", unit: "A", agg: "mean" },
      { stream: "flow", unit: "m3/h", agg: "mean" },
      { stream: "pressure", unit: "bar", agg: "mean" },
      { stream: "speed", unit: "/min", agg: "mean" },
      { stream: "room", unit: "Cel", agg: "mean" },
    ],
    ...WINDOW,
  },
  {
    name: "press-health",
    slot: "press-health",
    plant: "press-line",
    devices: /^press-/,
    inputs: {
      vibration: "{device}/vibration-rms",
      oil: "{device}/oil-temperature",
      power: "{device}/motor-power",
      peak: "{device}/peak-force",
      speed: "line/speed",
      hall: "line/hall-temperature",
    },
    features: [
      { stream: "vibration", unit: "mm/s", agg: "mean" },
      { stream: "vibration", unit: "mm/s", agg: "p95" },
      { stream: "oil", unit: "Cel", agg: "mean" },
      { stream: "power", unit: "kW", agg: "mean" },
      { stream: "peak", unit: "kN", agg: "mean" },
      { stream: "speed", unit: "/min", agg: "mean" },
      { stream: "hall", unit: "Cel", agg: "mean" },
    ],
    ...WINDOW,
  },
];

/** Normal running is taken at these hours and months, so that no time of day and no season is news to the model. */
const TRAINING_HOURS = [0, 3, 6, 8, 10, 13, 16, 18, 20, 22];
const TRAINING_YEAR = 2025;
const MINUTES_EACH = 12;

/** The pipeline that feeds a model at the edge: the same windows, the same aggregates, an alarm when three windows agree. */
export function demoPipeline(model: DemoModel): Record<string, unknown> {
  return pipelineOf(model, `${model.name}@1`, { lateness: "2s", quiet: 1 });
}

/** As many readings in a window as at the edge, when there is one a minute; of the windows that are no alarm every third is told. */
const MINUTES_FOR_SECONDS = 60;
const QUIET_OF_PAST = "1/3";

/** The pipeline that feeds the same model with a past of one reading a minute. */
export function pastPipeline(model: DemoModel): Record<string, unknown> {
  const { sizeMs } = model;
  const slow = { ...model, sizeMs: sizeMs * MINUTES_FOR_SECONDS, everyMs: sizeMs * MINUTES_FOR_SECONDS };
  return pipelineOf(slow, `${model.name}-by-minutes@1`, { lateness: "60s", quiet: QUIET_OF_PAST });
}

function pipelineOf(
  { slot, inputs, features, sizeMs, everyMs }: DemoModel,
  pipeline: string,
  { lateness, quiet }: { lateness: string; quiet: number | string },
): Record<string, unknown> {
  const emit: Record<string, string[]> = {};
  for (const { stream, agg } of features) (emit[stream] ??= []).push(agg);
  return {
    pipeline,
    in: { ...inputs },
    time: { lateness },
    steps: [
      { window: { kind: "hop", size: `${sizeMs / 1_000}s`, every: `${everyMs / 1_000}s`, by: "device", emit } },
      { infer: { slot } },
      { threshold: { on: "score", for: `${(2 * everyMs) / 1_000}s`, kind: "anomaly", severity: "high" } },
    ],
    out: { lane: "inference", sample: { all: "alarms", else: quiet } },
  };
}

/** A recording of one simulated stretch without faults, by stream key. */
export function recordNormal(
  plant: PlantKind,
  seed: number,
  episode: number,
  startMs: number,
  minutes: number,
): Map<string, Recorded> {
  const simulation = new Simulation({ plant, seed, episode, startMs, rateHz: 1, scale: 1, scenario: [] });
  const recording = new Map(
    simulation.streams.map(({ key }) => [key, { tsMs: [] as number[], values: [] as number[] }]),
  );
  for (const item of simulation.run()) {
    if ("event" in item) continue;
    if (item.tsMs >= startMs + minutes * 60_000) break;
    for (const [key, value] of Object.entries(item.values)) {
      if (value === null) continue;
      const stream = recording.get(key);
      stream?.tsMs.push(item.tsMs);
      stream?.values.push(value);
    }
  }
  return recording;
}

/** A recording as one machine's model sees it: streams by the model's input names. */
export function seenBy(
  model: DemoModel,
  device: string,
  recording: ReadonlyMap<string, Recorded>,
): Map<string, Recorded> {
  return new Map(
    Object.entries(model.inputs).map(([alias, key]) => [
      alias,
      recording.get(key.replace("{device}", device)) ?? { tsMs: [], values: [] },
    ]),
  );
}

export function devicesOf(model: DemoModel, recording: ReadonlyMap<string, Recorded>): string[] {
  return [...new Set([...recording.keys()].map((key) => key.slice(0, key.indexOf("/"))))].filter((device) =>
    model.devices.test(device),
  );
}

/** A time of normal running to learn from: hour of the day (UTC) of the tenth of a month, 0 … 11. */
export interface Stretch {
  month: number;
  hour: number;
}

const ALL_YEAR: readonly Stretch[] = TRAINING_HOURS.map((hour, index) => ({
  month: Math.round((index * 12) / TRAINING_HOURS.length),
  hour,
}));

/**
 * Learns what normal is from the simulated plant of this seed, in these stretches of twelve minutes. The same seed gives the
 * same model, digit for digit.
 */
export function trainDemoModel(
  model: DemoModel,
  seed: number,
  stretches: readonly Stretch[] = ALL_YEAR,
): { pca: PcaModel; rows: number } {
  const rows: number[][] = [];
  stretches.forEach(({ month, hour }, index) => {
    const startMs = Date.UTC(TRAINING_YEAR, month, 10, hour);
    const recording = recordNormal(model.plant, seed, index + 1, startMs, MINUTES_EACH);
    for (const device of devicesOf(model, recording))
      rows.push(...windowRows(seenBy(model, device, recording), model.features, model).map(({ row }) => row));
  });
  return { pca: trainPca(rows, { explained: 0.9, confidence: 0.999, margin: 1.4 }), rows: rows.length };
}
