import type { PlantKind, PlantStream } from "@/edge-worker/adapters/simulator/domain/plant";
import { Simulation } from "@/edge-worker/adapters/simulator/domain/simulation";
import type { EventOut, InferenceOut } from "@/edge-worker/pipeline/output";
import type { Scorer } from "@/edge-worker/inference/scorer";
import { runPipeline } from "@/edge-worker/pipeline/run";
import type { PipelineItem } from "@/edge-worker/samples";
import {
  type PipelineContext,
  type PipelinePlan,
  type PlannedInstance,
  parsePipeline,
} from "@/sdk/wire/pipeline-check";
import { type HistoryPlan, STEP_MS, fromOf, scenarioOf } from "./plan";

/** Another chance than that of the live plant and of the models' training, on the same machines. */
const EPISODE = 1_000;

/** What a plant's instruments showed, column by column: `values[stream][row]`, NaN where there was nothing. */
export interface PastReadings {
  streams: readonly PlantStream[];
  tsMs: Float64Array;
  values: readonly Float64Array[];
  /** what the plant itself reported, and the causes as they really were */
  events: EventOut[];
}

/** Plays a plant through the plan. The same plan gives the same numbers: nothing here reads a clock. */
export function simulatePast(plan: HistoryPlan, plant: PlantKind): PastReadings {
  const startMs = fromOf(plan);
  const simulation = new Simulation({
    plant,
    seed: plan.seed,
    episode: EPISODE,
    startMs,
    rateHz: 1_000 / STEP_MS,
    scale: 1,
    scenario: scenarioOf(plan, plant),
  });
  const rows = Math.floor((plan.endMs - Math.ceil(startMs / STEP_MS) * STEP_MS) / STEP_MS);
  const tsMs = new Float64Array(rows);
  const values = simulation.streams.map(() => new Float64Array(rows).fill(Number.NaN));
  const events: EventOut[] = [];
  let row = 0;
  for (const item of simulation.run()) {
    if (item.tsMs >= plan.endMs || row === rows) break;
    if ("event" in item) {
      // A press reports every hundred cycles and a room each time its door opens: of ninety days only the causes are told.
      if (item.event.kind === "ground-truth") events.push({ tsMs: item.tsMs, ...item.event });
      continue;
    }
    tsMs[row] = item.tsMs;
    simulation.streams.forEach(({ key }, index) => {
      const column = values[index];
      if (column) column[row] = item.values[key] ?? Number.NaN;
    });
    row += 1;
  }
  return { streams: simulation.streams, tsMs: tsMs.subarray(0, row), values, events };
}

/** A model that ran in a slot from a time on, epoch ms. */
export interface Release {
  fromMs: number;
  scorer: Scorer;
}

export interface PastFindings {
  inference: InferenceOut[];
  events: EventOut[];
  /** windows that no model could score */
  rejected: number;
}

/**
 * Scores a past with the pipeline code of the edge worker, machine by machine. A window is scored by the release that was in
 * the slot when it closed.
 */
export async function scorePast(
  past: PastReadings,
  options: { node: string; slot: string; pipeline: unknown; releases: readonly Release[] },
): Promise<PastFindings> {
  const streams: PipelineContext["streams"] = new Map(
    past.streams.map(({ key, unit, device }) => [key, { unit, device, rateHz: 1_000 / STEP_MS }]),
  );
  const plan = planOf(options, streams);
  const findings: PastFindings = { inference: [], events: [], rejected: 0 };
  for (const instance of plan.instances) {
    let nowMs = 0;
    const rows = readRows(past, instance, (tsMs) => {
      nowMs = tsMs;
    });
    const runtime = {
      node: options.node,
      counts: { late: 0, unusable: 0, overflow: 0 },
      maxReadings: 1_024,
      unitOf: (key: string) => streams.get(key)?.unit ?? "1",
      current: () => options.releases.findLast(({ fromMs }) => fromMs <= nowMs)?.scorer ?? null,
      scored: () => undefined,
      reject: () => {
        findings.rejected += 1;
      },
    };
    for await (const out of runPipeline(rows, plan, instance, runtime))
      if (out.lane === "inference") findings.inference.push(out.row);
      else findings.events.push(out.row);
  }
  findings.inference.sort((a, b) => a.tsMs - b.tsMs);
  findings.events.sort((a, b) => a.tsMs - b.tsMs);
  return findings;
}

function planOf(
  { pipeline, slot, releases }: { pipeline: unknown; slot: string; releases: readonly Release[] },
  streams: PipelineContext["streams"],
): PipelinePlan {
  const slots = new Map([[slot, releases[0]?.scorer.features ?? null]]);
  const parsed = parsePipeline(pipeline, { streams, slots, stateQuotaBytes: 1_048_576 });
  if ("faults" in parsed)
    throw new RangeError(parsed.faults.map(({ path, message, fix }) => `${path}: ${message}. ${fix}`).join("; "));
  return parsed.plan;
}

async function* readRows(
  past: PastReadings,
  instance: PlannedInstance,
  reached: (tsMs: number) => void,
): AsyncGenerator<PipelineItem> {
  const keys = [...instance.inputs.values()];
  const columns = keys.map((key) => past.values[past.streams.findIndex((stream) => stream.key === key)]);
  for (const [row, tsMs] of past.tsMs.entries()) {
    const values: Record<string, number | null> = {};
    keys.forEach((key, index) => {
      const value = columns[index]?.[row] ?? Number.NaN;
      values[key] = Number.isNaN(value) ? null : value;
    });
    reached(tsMs);
    yield { tsMs, values };
  }
}
