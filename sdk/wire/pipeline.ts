import { z } from "zod";
import { StreamKey } from "./names";

/**
 * A stream pipeline (wire contract §9): which streams go in, how they are cleaned, cut into windows, scored and watched,
 * and what leaves the node. The same document runs at the edge and is replayed in the control plane, so it holds no
 * code. `parsePipeline` in `pipeline-check.ts` is the door; this file is only the shape.
 */

/** `500ms`, `10s`, `5m`, `1h` */
export const Duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'must be a number and ms, s, m or h, such as "10s"');

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** @throws {RangeError} for text that `Duration` would refuse */
export function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const scale = MS[unit ?? ""];
  if (amount === undefined || scale === undefined) throw new RangeError(`"${text}" is not a duration such as "10s"`);
  return Number(amount) * scale;
}

/** How a window of one stream is condensed into one number; formulas in `edge-worker/pipeline/features.ts`. */
export const AGGREGATES = ["mean", "std", "rms", "min", "max", "p95", "kurtosis", "last", "slope"] as const;
export const Aggregate = z.enum(AGGREGATES);
export type Aggregate = z.infer<typeof Aggregate>;

const Alias = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, "must be 1 to 32 of a-z 0-9 _ - and start with a letter");

/** A stream key, or one with `{device}` in place of its first segment: then the pipeline runs once per device. */
const InputKey = z.union([StreamKey, z.string().regex(/^\{device\}(\/[a-z0-9][a-z0-9._-]*){1,7}$/)], {
  error: "must be a stream key such as pump-1/vibration-rms, or {device}/vibration-rms",
});

/** Outside `range` is marked out-of-range; unchanged for `stuck` is marked stuck; a lone jump over `despike` robust deviations is marked uncertain. */
export const CleanRule = z.strictObject({
  range: z.tuple([z.number(), z.number(), z.string().min(1).max(32)]).optional(),
  stuck: Duration.optional(),
  despike: z.number().positive().max(1_000).optional(),
});
export type CleanRule = z.infer<typeof CleanRule>;

const Window = z.strictObject({
  kind: z.enum(["tumble", "hop", "slide", "session"]).default("hop"),
  size: Duration,
  every: Duration.optional(),
  by: z.enum(["device", "all"]).default("device"),
  emit: z.union([z.array(Aggregate).min(1), z.record(Alias, z.array(Aggregate).min(1))]).optional(),
});
export type WindowSpec = z.infer<typeof Window>;

/** Raised when `on` stays over `above` (or under `below`) for `for`; cleared when it is back past `clear` for as long. */
const Threshold = z.strictObject({
  on: z.string().min(1).max(80).default("score"),
  above: z.number().optional(),
  below: z.number().optional(),
  clear: z.number().optional(),
  for: Duration.default("0s"),
  kind: z.string().min(1).max(64).default("alarm"),
  severity: z.enum(["info", "low", "medium", "high", "critical"]).default("high"),
});
export type ThresholdSpec = z.infer<typeof Threshold>;

const Step = z.union(
  [
    z.strictObject({ clean: z.record(Alias, CleanRule) }),
    z.strictObject({ asof: z.strictObject({ left: Alias, right: Alias, tolerance: Duration }) }),
    z.strictObject({ window: Window }),
    z.strictObject({
      infer: z.strictObject({ slot: z.string().min(1).max(64), in: z.array(z.string().max(80)).max(4_096).optional() }),
    }),
    z.strictObject({ threshold: Threshold }),
    z.strictObject({ pattern: z.record(z.string(), z.unknown()) }),
  ],
  { error: "must be one of clean, asof, window, infer, threshold, pattern, with the fields of wire contract §9" },
);
export type Step = z.infer<typeof Step>;

export const PipelineSpec = z.strictObject({
  pipeline: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,55}@[1-9]\d{0,6}$/, 'must be a name and a version, such as "press-vib@7"'),
  in: z.record(Alias, InputKey).refine((inputs) => Object.keys(inputs).length > 0, "needs at least one stream"),
  time: z
    .strictObject({
      lateness: Duration.default("5s"),
      idle: Duration.default("30s"),
      onLate: z.enum(["drop", "update", "side"]).default("drop"),
    })
    .prefault({}),
  steps: z.array(Step).min(1).max(32),
  out: z
    .strictObject({
      lane: z.enum(["inference", "events"]).default("inference"),
      sample: z
        .strictObject({
          all: z.literal("alarms").default("alarms"),
          /** share of the windows that are not alarms: `1/60` is every 60th, `1` all, `0` none */
          else: z
            .union([z.literal([0, 1]), z.string().regex(/^1\/[1-9]\d{0,5}$/, 'must be 0, 1 or such as "1/60"')])
            .default(1),
          hard: z.string().max(120).optional(),
        })
        .prefault({}),
      media: z.record(z.string(), z.unknown()).optional(),
    })
    .prefault({}),
});
export type PipelineSpec = z.infer<typeof PipelineSpec>;

/** `"1/60"` as 60, `1` as 1, `0` as 0: keep every n-th window; 0 keeps none. */
export function everyNth(share: PipelineSpec["out"]["sample"]["else"]): number {
  return typeof share === "number" ? share : Number(share.slice(2));
}
