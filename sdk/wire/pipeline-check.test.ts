import { expect, test } from "vitest";
import type { Feature } from "./manifest";
import { type PipelineContext, parsePipeline } from "./pipeline-check";

const context: PipelineContext = {
  streams: new Map([
    ["press-1/vibration", { unit: "mm/s", device: "press-1", rateHz: 10 }],
    ["press-1/body-temp", { unit: "Cel", device: "press-1", rateHz: 1 }],
    ["press-2/vibration", { unit: "m/s", device: "press-2", rateHz: 10 }],
    ["press-2/body-temp", { unit: "K", device: "press-2", rateHz: 1 }],
    ["line-1/speed", { unit: "/min", device: "line-1", rateHz: 1 }],
  ]),
  slots: new Map<string, readonly Feature[] | null>([
    [
      "bearing-health",
      [
        { stream: "vib", unit: "mm/s", agg: "rms" },
        { stream: "temp", unit: "Cel", agg: "mean" },
      ],
    ],
    ["empty", null],
  ]),
  stateQuotaBytes: 8 * 1_048_576,
};

const good = {
  pipeline: "press-vib@7",
  in: { vib: "press-1/vibration", temp: "press-1/body-temp" },
  time: { lateness: "5s", idle: "30s" },
  steps: [
    { clean: { vib: { range: [0, 50, "mm/s"], stuck: "20s", despike: 6 } } },
    { window: { kind: "hop", size: "10s", every: "5s", by: "device", emit: ["rms", "mean"] } },
    { infer: { slot: "bearing-health", in: ["rms", "mean"] } },
    { threshold: { on: "score", kind: "bearing-alarm", for: "10s" } },
  ],
  out: { lane: "inference", sample: { all: "alarms", else: "1/60", hard: "0.4 < score < 0.6" } },
};

test("a good pipeline is planned", () => {
  expect(parsePipeline(good, context)).toMatchObject({
    plan: {
      name: "press-vib@7",
      latenessMs: 5_000,
      window: { sizeMs: 10_000, everyMs: 5_000 },
      slot: "bearing-health",
      keepEveryNth: 60,
      hard: { over: 0.4, under: 0.6 },
      instances: [{ device: "press-1" }],
    },
  });
});

test("{device} runs it once for each device that has the streams, in units that convert", () => {
  const made = parsePipeline({ ...good, in: { vib: "{device}/vibration", temp: "{device}/body-temp" } }, context);
  expect("plan" in made && made.plan.instances.map(({ device }) => device)).toEqual(["press-1", "press-2"]);
});

const steps = (...changed: unknown[]) => ({ ...good, steps: changed });
const [cleanStep, windowStep, inferStep, thresholdStep] = good.steps;

test.each<[string, unknown, string, string, RegExp]>([
  [
    "unknown stream",
    { ...good, in: { ...good.in, vib: "press-1/vibratoin" } },
    "in.vib",
    "UNKNOWN_STREAM",
    /press-1\/vibration/,
  ],
  [
    "no device has it",
    { ...good, in: { vib: "{device}/noise" } },
    "in.vib",
    "UNKNOWN_STREAM",
    /together on one device/,
  ],
  [
    "dimension of a range",
    steps({ clean: { vib: { range: [0, 50, "Cel"] } } }, windowStep, inferStep),
    "steps[0].clean.vib.range[2]",
    "UNIT_MISMATCH",
    /mm\/s/,
  ],
  [
    "dimension of a model input",
    { ...good, in: { vib: "press-1/vibration", temp: "line-1/speed" } },
    "steps[2].infer.slot.features[1]",
    "UNIT_MISMATCH",
    /Cel/,
  ],
  [
    "state over quota",
    steps({ window: { kind: "tumble", size: "24h" } }, inferStep),
    "steps[0].window.size",
    "STATE_QUOTA",
    /Shorten/,
  ],
  [
    "model input not among the inputs",
    { ...good, in: { vib: "press-1/vibration" } },
    "steps[2].infer.slot.features[1]",
    "MODEL_INPUTS",
    /Add it under "in"/,
  ],
  [
    "model input not emitted",
    steps(cleanStep, { window: { size: "10s", emit: ["rms"] } }, inferStep),
    "steps[2].infer.slot.features[1]",
    "MODEL_INPUTS",
    /Add mean/,
  ],
  [
    "model input not passed on",
    steps(windowStep, { infer: { slot: "bearing-health", in: ["rms"] } }),
    "steps[1].infer.in",
    "MODEL_INPUTS",
    /temp\.mean/,
  ],
  [
    "unknown slot",
    steps(windowStep, { infer: { slot: "bearing" } }),
    "steps[1].infer.slot",
    "UNKNOWN_SLOT",
    /bearing-health/,
  ],
  ["infer before window", steps(inferStep, windowStep), "steps[0].infer", "STEP_ORDER", /Order the steps/],
  ["score without a model", steps(windowStep, thresholdStep), "steps[1].threshold.on", "STEP_ORDER", /Order the steps/],
  [
    "threshold without a limit",
    steps(windowStep, { threshold: { on: "vib.rms" } }),
    "steps[1].threshold",
    "SCHEMA",
    /above or below/,
  ],
  [
    "every over size",
    steps({ window: { size: "5s", every: "10s" } }),
    "steps[0].window.every",
    "SCHEMA",
    /at most size/,
  ],
  ["no window", steps(cleanStep), "steps", "STEP_ORDER", /needs a window/],
  [
    "session windows",
    steps({ window: { kind: "session", size: "5s" } }),
    "steps[0].window.kind",
    "NOT_SUPPORTED",
    /hop/,
  ],
  ["pattern", steps(windowStep, { pattern: { seq: [] } }), "steps[1].pattern", "NOT_SUPPORTED", /Leave it out/],
  ["late updates", { ...good, time: { onLate: "update" } }, "time.onLate", "NOT_SUPPORTED", /drop/],
  [
    "a band upside down",
    { ...good, out: { sample: { hard: "0.6 < score < 0.4" } } },
    "out.sample.hard",
    "SCHEMA",
    /0\.4 < score/,
  ],
  ["no version", { ...good, pipeline: "press-vib" }, "pipeline", "SCHEMA", /wire contract/],
  ["an unknown field", { ...good, windows: [] }, "", "SCHEMA", /wire contract/],
  ["a duration without a unit", steps({ window: { size: "10" } }), "steps[0].window.size", "SCHEMA", /wire contract/],
])("refused with path and fix: %s", (_, document, path, code, fix) => {
  const made = parsePipeline(document, context);
  const fault = "faults" in made ? made.faults.find((one) => one.path === path) : undefined;
  expect(fault, JSON.stringify(made)).toMatchObject({ code });
  expect(`${fault?.message} ${fault?.fix}`).toMatch(fix);
});

test("an empty slot is no fault: its inputs are checked when a model arrives", () => {
  expect(parsePipeline(steps(windowStep, { infer: { slot: "empty" } }), context)).toHaveProperty("plan");
});
