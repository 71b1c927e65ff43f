import { expect, test } from "vitest";
import type { Feature } from "@/sdk/wire/manifest";
import { type PipelinePlan, parsePipeline } from "@/sdk/wire/pipeline-check";
import type { Scorer } from "../inference/scorer";
import type { PipelineItem, Sample } from "../samples";
import { cleaner, compileRule } from "./clean";
import type { PipelineOut } from "./output";
import { runPipeline } from "./run";
import { type Window, type WindowCounts, window } from "./window";

const T0 = 1_767_225_600_000;
const at = (seconds: number, value: number | null, key = "p/v"): Sample => ({
  tsMs: T0 + seconds * 1_000,
  values: { [key]: value },
});

async function* from<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

async function windowsOf(
  items: PipelineItem[],
  sizeMs: number,
  everyMs: number,
  latenessMs: number,
  counts: WindowCounts = { late: 0, unusable: 0, overflow: 0 },
): Promise<Window[]> {
  const all: Window[] = [];
  const options = { device: null, inputs: new Map([["v", "p/v"]]), sizeMs, everyMs, latenessMs, maxReadings: 1_000 };
  for await (const item of window(from(items), options, counts)) all.push(item);
  return all;
}
const shape = ({ fromMs, toMs, series }: Window) => [
  (fromMs - T0) / 1_000,
  (toMs - T0) / 1_000,
  ...(series.get("v")?.values ?? []),
];

test("hopping windows overlap and close by event time", async () => {
  const windows = await windowsOf(
    [0, 1, 2, 3, 4, 5, 6].map((s) => at(s, s)),
    4_000,
    2_000,
    0,
  );
  expect(windows.map(shape)).toEqual([
    [-2, 2, 0, 1],
    [0, 4, 0, 1, 2, 3],
    [2, 6, 2, 3, 4, 5],
  ]);
});

test("readings out of order within the lateness land in their window; later ones are counted", async () => {
  const counts: WindowCounts = { late: 0, unusable: 0, overflow: 0 };
  const windows = await windowsOf([at(1, 1), at(3, 3), at(0.5, 9), at(6, 6), at(0, 7)], 2_000, 2_000, 2_000, counts);
  expect(windows.map(shape)).toEqual([
    [0, 2, 9, 1],
    [2, 4, 3],
  ]);
  expect(counts.late).toBe(1);
});

test("a silence of an hour emits no empty windows", async () => {
  const windows = await windowsOf([at(0, 1), at(3_601, 2), at(3_700, 3)], 10_000, 10_000, 0);
  expect(windows.map(shape)).toEqual([
    [0, 10, 1],
    [3_600, 3_610, 2],
  ]);
});

test("a tick closes what a quiet source left open", async () => {
  const windows = await windowsOf([at(1, 1), { tsMs: T0 + 20_000, tick: true }], 10_000, 10_000, 5_000);
  expect(windows.map(shape)).toEqual([[0, 10, 1]]);
});

test("state is bounded: the oldest reading goes first and is counted", async () => {
  const counts: WindowCounts = { late: 0, unusable: 0, overflow: 0 };
  const options = {
    device: null,
    inputs: new Map([["v", "p/v"]]),
    sizeMs: 60_000,
    everyMs: 60_000,
    latenessMs: 0,
    maxReadings: 10,
  };
  const seen: Window[] = [];
  for await (const item of window(from(Array.from({ length: 61 }, (_, s) => at(s, s))), options, counts))
    seen.push(item);
  expect(seen.map(shape)).toEqual([[0, 60, 51, 52, 53, 54, 55, 56, 57, 58, 59]]);
  expect(counts.overflow).toBe(51);
});

test("range is applied in the stream's unit, and the value is kept", () => {
  const mark = cleaner(new Map([["p/v", compileRule({ range: [0, 0.05, "m/s"] }, "mm/s")]]));
  expect(mark(at(0, 49)).quality).toBeUndefined();
  expect(mark(at(1, 51))).toMatchObject({ values: { "p/v": 51 }, quality: { "p/v": "out-of-range" } });
});

test("a value that does not move for long enough is stuck until it moves", () => {
  const mark = cleaner(new Map([["p/v", compileRule({ stuck: "3s" }, "mm/s")]]));
  expect([5, 5, 5, 5, 5, 6].map((value, s) => mark(at(s, value)).quality?.["p/v"])).toEqual([
    undefined,
    undefined,
    undefined,
    "stuck",
    "stuck",
    undefined,
  ]);
});

test("a lone jump is a spike, a lasting one is a step", () => {
  const mark = cleaner(new Map([["p/v", compileRule({ despike: 6 }, "mm/s")]]));
  const noise = [1, 1.1, 0.9, 1, 1.05, 0.95, 1, 1.1, 0.9, 1];
  const words = [...noise, 9, 1, 5, 5.1, 4.9, 5, 5.1].map((value, s) => mark(at(s, value)).quality?.["p/v"] ?? "good");
  expect(words.slice(10)).toEqual(["uncertain", "good", "uncertain", "uncertain", "good", "good", "good"]);
});

test("a reading that arrives marked keeps its mark", () => {
  const mark = cleaner(new Map([["p/v", compileRule({ range: [0, 1, "mm/s"] }, "mm/s")]]));
  expect(mark({ ...at(0, 9), quality: { "p/v": "bad" } }).quality).toEqual({ "p/v": "bad" });
});

const FEATURES: Feature[] = [{ stream: "v", unit: "mm/s", agg: "mean" }];
const context = {
  streams: new Map([["p/v", { unit: "mm/s", device: "p", rateHz: 1 }]]),
  slots: new Map([["s", FEATURES]]),
  stateQuotaBytes: 1_000_000,
};

function planned(extra: Record<string, unknown> = {}, steps: unknown[] = []): PipelinePlan {
  const made = parsePipeline(
    {
      pipeline: "watch@1",
      in: { v: "p/v" },
      time: { lateness: "0s" },
      steps: [{ window: { size: "1s" } }, { infer: { slot: "s" } }, ...steps],
      ...extra,
    },
    context,
  );
  if ("faults" in made) throw new Error(JSON.stringify(made.faults));
  return made.plan;
}

const scorer = (digest: string, scale = 1): Scorer => ({
  digest,
  features: FEATURES,
  threshold: 1,
  score: (row) => Promise.resolve({ score: (row[0] ?? Number.NaN) * scale, outputs: {}, latencyMs: 0.2 }),
});

async function rowsOf(
  items: PipelineItem[],
  plan: PipelinePlan,
  current: (index: number) => Scorer | null,
  rejected: unknown[] = [],
): Promise<PipelineOut[]> {
  const rows: PipelineOut[] = [];
  let index = 0;
  const [instance] = plan.instances;
  if (!instance) throw new Error("no instance");
  const runtime = {
    node: "n",
    unitOf: () => "mm/s",
    scored: () => undefined,
    current: () => current(index++),
    counts: { late: 0, unusable: 0, overflow: 0 },
    maxReadings: 1_000,
    reject: (_: Window, __: string | null, cause: unknown) => void rejected.push(cause),
  };
  for await (const row of runPipeline(from(items), plan, instance, runtime)) rows.push(row);
  return rows;
}

const threshold = { threshold: { on: "score", clear: 0.8, kind: "bearing-alarm" } };
const events = (rows: PipelineOut[]) =>
  rows.flatMap((out) => (out.lane === "events" ? [[(out.row.tsMs - T0) / 1_000, out.row.data["state"]]] : []));

test("an alarm is raised once and cleared once, though the value trembles at the limit", async () => {
  const values = [0.5, 1.1, 0.9, 1.1, 0.95, 0.7, 0.6, 0.6];
  const rows = await rowsOf(
    values.map((v, s) => at(s, v)),
    planned({}, [threshold]),
    () => scorer("sha256:a"),
  );
  expect(events(rows)).toEqual([
    [2, "raised"],
    [6, "cleared"],
  ]);
});

test("an alarm has to last before it is raised", async () => {
  const rows = await rowsOf(
    [2, 0, 2, 2, 2, 2, 0].map((v, s) => at(s, v)),
    planned({}, [{ threshold: { ...threshold.threshold, for: "2s" } }]),
    () => scorer("sha256:a"),
  );
  expect(events(rows)).toEqual([[5, "raised"]]);
});

test("every alarm leaves the node, of the rest each n-th and the unsure ones", async () => {
  const plan = planned({ out: { sample: { else: "1/3", hard: "0.4 < score < 0.6" } } });
  const rows = await rowsOf(
    [0, 0, 0, 2, 0, 0.5, 0, 0, 0].map((v, s) => at(s, v)),
    plan,
    () => scorer("sha256:a"),
  );
  expect(rows.flatMap((out) => (out.lane === "inference" ? [out.row.output.score] : []))).toEqual([0, 2, 0.5, 0]);
});

test("a swap takes effect between windows, and each row names the model that made it", async () => {
  const rows = await rowsOf(
    [1, 1, 1, 1, 1].map((v, s) => at(s, v)),
    planned(),
    (index) => scorer(index < 2 ? "sha256:a" : "sha256:b", index < 2 ? 1 : 5),
  );
  expect(rows.map((out) => out.lane === "inference" && [out.row.model, out.row.output.score])).toEqual([
    ["sha256:a", 1],
    ["sha256:a", 1],
    ["sha256:b", 5],
    ["sha256:b", 5],
  ]);
});

test("a window that cannot be scored is rejected with its reason and the line goes on", async () => {
  const rejected: unknown[] = [];
  const broken: Scorer = {
    ...scorer("sha256:a"),
    score: () => Promise.resolve({ score: Number.NaN, outputs: {}, latencyMs: 0 }),
  };
  const rows = await rowsOf(
    [1, 1, 1, 1].map((v, s) => at(s, v)),
    planned(),
    (index) => [broken, null, scorer("sha256:b")][index] ?? null,
    rejected,
  );
  expect(rows).toHaveLength(1);
  expect(rejected.map(String)).toEqual([
    "RangeError: the model returned NaN",
    "RangeError: the slot holds no model yet",
  ]);
});

test("the same input log gives the same output bytes", async () => {
  let seed = 42;
  const next = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const log = Array.from({ length: 3_000 }, (_, i) => at(i / 10 + (next() - 0.5), next() * 1.4));
  const plan = planned({ time: { lateness: "1s" }, out: { sample: { else: "1/2" } } }, [threshold]);
  const once = JSON.stringify(await rowsOf(log, plan, () => scorer("sha256:a")));
  const twice = JSON.stringify(await rowsOf(log, plan, () => scorer("sha256:a")));
  expect(once.length).toBeGreaterThan(10_000);
  expect(twice).toBe(once);
});
