import { z } from "zod";
import type { Feature } from "./manifest";
import {
  AGGREGATES,
  type Aggregate,
  type CleanRule,
  PipelineSpec,
  type ThresholdSpec,
  durationMs,
  everyNth,
} from "./pipeline";
import { type PipelineFault, nearest, notSupported, order } from "./pipeline-fault";
import { formatPath } from "./refusal";
import { isSameDimension } from "./units";

/** The node as far as a pipeline is concerned. */
export interface PipelineContext {
  streams: ReadonlyMap<string, { unit: string; device?: string; rateHz?: number }>;
  /** model inputs by slot; `null` = the slot exists and is still empty, so its inputs are checked when a model arrives */
  slots: ReadonlyMap<string, readonly Feature[] | null>;
  /** bytes of window state the node grants one pipeline */
  stateQuotaBytes: number;
}

/** One pipeline on one device (or on all, when no input names `{device}`): everything the stages need, nothing to look up. */
export interface PlannedInstance {
  device: string | null;
  /** alias → stream key */
  inputs: ReadonlyMap<string, string>;
}

export interface PipelinePlan {
  name: string;
  clean: ReadonlyMap<string, CleanRule>;
  latenessMs: number;
  idleMs: number;
  window: { sizeMs: number; everyMs: number };
  slot: string | null;
  thresholds: readonly ThresholdSpec[];
  keepEveryNth: number;
  hard: { over: number; under: number } | null;
  instances: readonly PlannedInstance[];
}

/** A reading with its time, as the window keeps it. */
const BYTES_PER_READING = 16;
/** For streams that do not say how fast they are. */
const ASSUMED_RATE_HZ = 10;

/** Takes a document from a file or the wire and says either how to run it or every fault it has. */
export function parsePipeline(
  document: unknown,
  context: PipelineContext,
): { plan: PipelinePlan } | { faults: PipelineFault[] } {
  const parsed = PipelineSpec.safeParse(document);
  if (!parsed.success) {
    return {
      faults: parsed.error.issues.map((issue) => ({
        path: formatPath(issue.path),
        code: "SCHEMA",
        message: issue.message,
        fix: "Write it as in wire contract §9.",
      })),
    };
  }
  const faults: PipelineFault[] = [];
  const plan = planOf(parsed.data, context, faults);
  return faults.length > 0 ? { faults } : { plan };
}

function planOf(spec: PipelineSpec, context: PipelineContext, faults: PipelineFault[]): PipelinePlan {
  const instances = instancesOf(spec, context, faults);
  const clean = new Map<string, CleanRule>();
  const thresholds: ThresholdSpec[] = [];
  let window: PipelinePlan["window"] | null = null;
  let emit: ReadonlyMap<string, readonly Aggregate[]> | null = null;
  let slot: string | null = null;

  spec.steps.forEach((step, index) => {
    const at = `steps[${index}]`;
    if ("clean" in step) {
      if (window) faults.push(order(`${at}.clean`, "clean comes before window: cleaned readings go into windows"));
      checkClean(step.clean, `${at}.clean`, instances, context, faults);
      for (const [alias, rule] of Object.entries(step.clean)) clean.set(alias, rule);
    } else if ("window" in step) {
      const path = `${at}.window`;
      if (window) faults.push(order(path, "one pipeline has one window"));
      const { kind, size } = step.window;
      if (kind === "slide" || kind === "session") {
        faults.push(notSupported(`${path}.kind`, `${kind} windows`, 'Use kind: hop with "every", or tumble.'));
      }
      const sizeMs = durationMs(size);
      const everyMs = kind === "hop" && step.window.every ? durationMs(step.window.every) : sizeMs;
      if (sizeMs <= 0 || everyMs <= 0 || everyMs > sizeMs) {
        faults.push({
          path: `${path}.every`,
          code: "SCHEMA",
          message: `a window of ${size} cannot be emitted every ${step.window.every ?? size}`,
          fix: "Give every a value above 0 and at most size.",
        });
      }
      window = { sizeMs, everyMs };
      emit = emitted(step.window.emit, spec.in);
      checkState(sizeMs + durationMs(spec.time.lateness), instances, path, context, faults);
    } else if ("infer" in step) {
      if (!window) faults.push(order(`${at}.infer`, "infer needs a window before it"));
      if (slot !== null) faults.push(order(`${at}.infer`, "one pipeline scores with one slot"));
      slot = step.infer.slot;
      checkModel(step.infer, `${at}.infer`, { instances, emit, context, faults });
    } else if ("threshold" in step) {
      if (!window) faults.push(order(`${at}.threshold`, "threshold needs a window before it"));
      checkThreshold(step.threshold, `${at}.threshold`, {
        aliases: Object.keys(spec.in),
        hasModel: slot !== null,
        faults,
      });
      thresholds.push(step.threshold);
    } else {
      const name = "asof" in step ? "asof" : "pattern";
      faults.push(
        notSupported(`${at}.${name}`, `the step ${name}`, "Leave it out; windows align their inputs by time already."),
      );
    }
  });

  if (spec.time.onLate !== "drop") {
    faults.push(
      notSupported(
        "time.onLate",
        `onLate: ${spec.time.onLate}`,
        "Use drop and a lateness long enough for the slowest stream.",
      ),
    );
  }
  if (!window) faults.push(order("steps", "a pipeline needs a window step: rows and events come from windows"));
  if (spec.out.media) faults.push(notSupported("out.media", "media clips", "Leave it out."));
  return {
    name: spec.pipeline,
    clean,
    latenessMs: durationMs(spec.time.lateness),
    idleMs: durationMs(spec.time.idle),
    window: window ?? { sizeMs: 0, everyMs: 0 },
    slot,
    thresholds,
    keepEveryNth: everyNth(spec.out.sample.else),
    hard: hardBand(spec.out.sample.hard, faults),
    instances,
  };
}

function instancesOf(spec: PipelineSpec, context: PipelineContext, faults: PipelineFault[]): PlannedInstance[] {
  const entries = Object.entries(spec.in);
  const patterns = entries.filter(([, key]) => key.startsWith("{device}/"));
  for (const [alias, key] of entries) {
    if (!key.startsWith("{device}/") && !context.streams.has(key)) {
      faults.push({
        path: `in.${alias}`,
        code: "UNKNOWN_STREAM",
        message: `no stream "${key}" on this node`,
        fix: nearest(key, [...context.streams.keys()]),
      });
    }
  }
  if (patterns.length === 0) {
    const first = entries[0]?.[1];
    const device = (first && context.streams.get(first)?.device) || null;
    return [{ device, inputs: new Map(entries) }];
  }
  const heads = new Set(
    [...context.streams.keys()].map((key) => key.slice(0, key.indexOf("/"))).filter((head) => head !== ""),
  );
  const found = [...heads]
    .sort()
    .map((device) => ({
      device,
      inputs: new Map(entries.map(([alias, key]) => [alias, key.replace("{device}", device)])),
    }))
    .filter(({ inputs }) => patterns.every(([alias]) => context.streams.has(inputs.get(alias) ?? "")));
  if (found.length === 0) {
    const [alias, key] = patterns[0] ?? ["", ""];
    faults.push({
      path: `in.${alias}`,
      code: "UNKNOWN_STREAM",
      message: `no device has all of ${patterns.map(([, k]) => k).join(", ")}`,
      fix: `Name streams that exist together on one device; ${key} stands for <device>${key.slice(8)}.`,
    });
  }
  return found;
}

type Faults = PipelineFault[];

function checkClean(
  rules: Record<string, CleanRule>,
  path: string,
  instances: readonly PlannedInstance[],
  context: PipelineContext,
  faults: Faults,
): void {
  for (const [alias, rule] of Object.entries(rules)) {
    const keys = instances.map(({ inputs }) => inputs.get(alias));
    if (keys.some((key) => key === undefined)) {
      faults.push({
        path: `${path}.${alias}`,
        code: "UNKNOWN_STREAM",
        message: `"${alias}" is not one of the inputs`,
        fix: "Name an input of this pipeline.",
      });
      continue;
    }
    if (!rule.range) continue;
    const [low, high, unit] = rule.range;
    if (low >= high)
      faults.push({
        path: `${path}.${alias}.range`,
        code: "SCHEMA",
        message: `${low} is not below ${high}`,
        fix: "Give the low limit first.",
      });
    for (const key of keys) {
      const stream = key === undefined ? undefined : context.streams.get(key);
      if (stream && isSameDimension(unit, stream.unit) !== true) {
        faults.push({
          path: `${path}.${alias}.range[2]`,
          code: "UNIT_MISMATCH",
          message: `the range is in ${unit}, but ${key} is in ${stream.unit}`,
          fix: `Give the range in ${stream.unit} or a unit of the same dimension.`,
        });
      }
    }
  }
}

/** Streams are checked in every instance; a model feature names its stream by input alias or by key. */
function checkModel(
  infer: { slot: string; in?: string[] },
  path: string,
  {
    instances,
    emit,
    context,
    faults,
  }: {
    instances: readonly PlannedInstance[];
    emit: ReadonlyMap<string, readonly Aggregate[]> | null;
    context: PipelineContext;
    faults: Faults;
  },
): void {
  const features = context.slots.get(infer.slot);
  if (features === undefined) {
    faults.push({
      path: `${path}.slot`,
      code: "UNKNOWN_SLOT",
      message: `no slot "${infer.slot}" on this node`,
      fix: nearest(infer.slot, [...context.slots.keys()]),
    });
    return;
  }
  for (const fault of features === null ? [] : modelInputFaults(features, instances, context, emit)) {
    faults.push({ ...fault, path: `${path}.${fault.path}` });
  }
  const names = new Set(
    (features ?? []).flatMap((feature) =>
      instances.map(({ inputs }) => `${aliasOf(feature.stream, inputs) ?? feature.stream}.${feature.agg}`),
    ),
  );
  if (!infer.in || features === null) return;
  for (const name of names) {
    const agg = name.slice(name.lastIndexOf(".") + 1);
    if (
      !infer.in.includes(name) &&
      !infer.in.includes(agg) &&
      !infer.in.includes(name.slice(0, name.lastIndexOf(".")))
    ) {
      faults.push({
        path: `${path}.in`,
        code: "MODEL_INPUTS",
        message: `the model needs ${name}, which is not listed`,
        fix: `Add "${name}", or leave "in" out to pass what the model asks for.`,
      });
    }
  }
}

/** What keeps these features from being computed for these instances: streams, aggregates, dimensions. */
export function modelInputFaults(
  features: readonly Feature[],
  instances: readonly PlannedInstance[],
  context: Pick<PipelineContext, "streams">,
  emit: ReadonlyMap<string, readonly Aggregate[]> | null,
): PipelineFault[] {
  const faults: PipelineFault[] = [];
  features.forEach((feature, index) => {
    for (const { inputs, device } of instances) {
      const alias = aliasOf(feature.stream, inputs);
      const where = `slot.features[${index}]`;
      const key = alias === undefined ? undefined : inputs.get(alias);
      if (alias === undefined || key === undefined) {
        faults.push({
          path: where,
          code: "MODEL_INPUTS",
          message: `the model needs ${feature.stream}${device ? ` (device ${device})` : ""}, which is not an input of the pipeline`,
          fix: `Add it under "in", or use a model trained on ${[...inputs.keys()].join(", ")}.`,
        });
        continue;
      }
      if (emit && !emit.get(alias)?.includes(feature.agg)) {
        faults.push({
          path: where,
          code: "MODEL_INPUTS",
          message: `the model needs ${feature.agg} of ${alias}, which the window does not emit`,
          fix: `Add ${feature.agg} to the window's emit for ${alias}.`,
        });
      }
      const unit = context.streams.get(key)?.unit;
      if (unit !== undefined && !isFeatureUnit(unit, feature)) {
        faults.push({
          path: where,
          code: "UNIT_MISMATCH",
          message: `the model wants ${feature.agg} of ${feature.stream} in ${feature.unit}, but the stream is in ${unit}`,
          fix: `Use a stream in ${feature.unit}, or a model trained in ${unit}.`,
        });
      }
    }
  });
  return faults;
}

/** Kurtosis has no unit; a slope is given per second, as the stream's unit or spelled `unit/s`. */
export function isFeatureUnit(streamUnit: string, feature: Feature): boolean {
  if (feature.agg === "kurtosis" && feature.unit === "1") return true;
  if (feature.agg === "slope" && isSameDimension(`${streamUnit}/s`, feature.unit) === true) return true;
  return isSameDimension(streamUnit, feature.unit) === true;
}

export function aliasOf(stream: string, inputs: ReadonlyMap<string, string>): string | undefined {
  if (inputs.has(stream)) return stream;
  for (const [alias, key] of inputs) if (key === stream) return alias;
  return undefined;
}

function checkThreshold(
  rule: ThresholdSpec,
  path: string,
  { aliases, hasModel, faults }: { aliases: readonly string[]; hasModel: boolean; faults: Faults },
): void {
  if (rule.above !== undefined && rule.below !== undefined) {
    faults.push({
      path,
      code: "SCHEMA",
      message: "a threshold watches one side",
      fix: "Give above or below; write two steps to watch both.",
    });
  }
  if (rule.on === "score") {
    if (!hasModel) faults.push(order(`${path}.on`, "score needs an infer step before it"));
    return;
  }
  const [alias = "", aggregate = ""] = rule.on.split(".");
  if (!aliases.includes(alias) || !AGGREGATES.some((known) => known === aggregate)) {
    faults.push({
      path: `${path}.on`,
      code: "SCHEMA",
      message: `"${rule.on}" is neither score nor an input and an aggregate`,
      fix: `Write score, or such as ${aliases[0] ?? "vib"}.rms.`,
    });
  } else if (rule.above === undefined && rule.below === undefined) {
    faults.push({ path, code: "SCHEMA", message: `${rule.on} has no limit of its own`, fix: "Give above or below." });
  }
}

function checkState(
  spanMs: number,
  instances: readonly PlannedInstance[],
  path: string,
  context: PipelineContext,
  faults: Faults,
): void {
  let bytes = 0;
  for (const { inputs } of instances) {
    for (const key of inputs.values())
      bytes += (spanMs / 1_000) * (context.streams.get(key)?.rateHz ?? ASSUMED_RATE_HZ) * BYTES_PER_READING;
  }
  if (bytes > context.stateQuotaBytes) {
    const mb = (n: number) => (n / 1_048_576).toFixed(1);
    faults.push({
      path: `${path}.size`,
      code: "STATE_QUOTA",
      message: `${instances.length} device(s) × ${spanMs / 1_000} s of readings need ${mb(bytes)} MB, the quota is ${mb(context.stateQuotaBytes)} MB`,
      fix: "Shorten the window or the lateness, name fewer devices, or raise the pipeline state quota.",
    });
  }
}

function emitted(
  emit: Aggregate[] | Record<string, Aggregate[]> | undefined,
  inputs: Record<string, string>,
): ReadonlyMap<string, readonly Aggregate[]> | null {
  if (emit === undefined) return null;
  if (!Array.isArray(emit)) return new Map(Object.entries(emit));
  return new Map(Object.keys(inputs).map((alias) => [alias, emit]));
}

/** `"0.4 < score < 0.6"`: windows the model is unsure of, kept whatever the sampling says. */
function hardBand(text: string | undefined, faults: Faults): PipelinePlan["hard"] {
  if (text === undefined) return null;
  const [, over, under] = /^\s*(-?[\d.]+)\s*<\s*score\s*<\s*(-?[\d.]+)\s*$/.exec(text) ?? [];
  if (
    over === undefined ||
    under === undefined ||
    !z.number().safeParse(Number(over)).success ||
    Number(over) >= Number(under)
  ) {
    faults.push({
      path: "out.sample.hard",
      code: "SCHEMA",
      message: `"${text}" is not a band of scores`,
      fix: 'Write such as "0.4 < score < 0.6".',
    });
    return null;
  }
  return { over: Number(over), under: Number(under) };
}
