import type { PipelinePlan, PlannedInstance } from "@/sdk/wire/pipeline-check";
import type { Scorer } from "../inference/scorer";
import type { PipelineItem } from "../samples";
import { type CompiledRule, clean, compileRule } from "./clean";
import { type Scored, infer } from "./infer";
import { type PipelineOut, output } from "./output";
import { watch } from "./threshold";
import { type Window, type WindowCounts, window } from "./window";

export interface PipelineRuntime {
  node: string;
  unitOf(key: string): string;
  /** the model in a slot at this moment */
  current(slot: string): Scorer | null;
  reject(window: Window, digest: string | null, cause: unknown): void;
  /** called for each scored window, before sampling decides what leaves the node */
  scored(): void;
  counts: WindowCounts;
  /** readings of state per input */
  maxReadings: number;
}

/** One pipeline on one device, from readings to rows. Pulling a row pulls the readings it needs: nothing runs ahead. */
export function runPipeline(
  items: AsyncIterable<PipelineItem>,
  plan: PipelinePlan,
  instance: PlannedInstance,
  runtime: PipelineRuntime,
): AsyncGenerator<PipelineOut> {
  const { inputs, device } = instance;
  const rules = new Map<string, CompiledRule>();
  for (const [alias, rule] of plan.clean) {
    const key = inputs.get(alias);
    if (key !== undefined) rules.set(key, compileRule(rule, runtime.unitOf(key)));
  }
  const cleaned: AsyncIterable<PipelineItem> = rules.size > 0 ? clean<PipelineItem>(items, rules) : items;
  const windows = window(
    cleaned,
    { device, inputs, ...plan.window, latenessMs: plan.latenessMs, maxReadings: runtime.maxReadings },
    runtime.counts,
  );
  const slot = plan.slot;
  const scored =
    slot === null
      ? unscored(windows)
      : infer(windows, () => runtime.current(slot), { inputs, unitOf: runtime.unitOf }, runtime.reject, runtime.scored);
  return output(watch(scored, plan.thresholds), {
    node: runtime.node,
    plan,
    device,
    inputs,
    streams: [...inputs.values()],
  });
}

async function* unscored(windows: AsyncIterable<Window>): AsyncGenerator<Scored> {
  for await (const item of windows) yield { window: item, verdict: null };
}
