import { createHash } from "node:crypto";
import type { PipelinePlan } from "@/sdk/wire/pipeline-check";
import type { Watched } from "./threshold";

/** A row of the inference lane, before the device numbers and seals it. */
export interface InferenceOut {
  tsMs: number;
  id: string;
  slot: string;
  model: string;
  role: "active" | "shadow";
  input: Record<string, number>;
  output: { score: number; label: string } & Record<string, unknown>;
  latencyMs: number;
  window: [number, number];
}

export interface EventOut {
  tsMs: number;
  kind: string;
  severity: "info" | "low" | "medium" | "high" | "critical";
  stream?: string;
  data: Record<string, unknown>;
}

export type PipelineOut = { lane: "inference"; row: InferenceOut } | { lane: "events"; row: EventOut };

export interface OutputOptions {
  node: string;
  plan: Pick<PipelinePlan, "name" | "slot" | "keepEveryNth" | "hard">;
  device: string | null;
  /** stream keys in the order of the pipeline's inputs */
  streams: readonly string[];
  inputs: ReadonlyMap<string, string>;
}

/**
 * Turns windows into rows: every event; every window that is an alarm or in the hard band; of the others each n-th. The
 * id of a row follows from what it is about, so a replay of the same readings gives the same ids.
 */
export async function* output(items: AsyncIterable<Watched>, options: OutputOptions): AsyncGenerator<PipelineOut> {
  const { plan, node, device, streams, inputs } = options;
  let quiet = 0;
  for await (const { window, verdict, events, isAlarm } of items) {
    for (const event of events) {
      const stream = event.on === "score" ? streams[0] : inputs.get(event.on.slice(0, event.on.indexOf(".")));
      yield {
        lane: "events",
        row: {
          tsMs: window.toMs,
          kind: event.kind,
          severity: event.severity,
          ...(stream ? { stream } : {}),
          data: {
            state: event.state,
            on: event.on,
            value: event.value,
            limit: event.limit,
            since: event.sinceMs,
            window: [window.fromMs, window.toMs],
            pipeline: plan.name,
            device,
            streams,
            ...(verdict ? { slot: plan.slot, model: verdict.digest } : {}),
          },
        },
      };
    }
    if (!verdict || plan.slot === null) continue;
    const isHard = plan.hard !== null && verdict.score > plan.hard.over && verdict.score < plan.hard.under;
    if (!isAlarm && !isHard) {
      quiet += 1;
      if (plan.keepEveryNth === 0 || quiet % plan.keepEveryNth !== 0) continue;
    }
    const { score, outputs, latencyMs, digest, input, threshold } = verdict;
    yield {
      lane: "inference",
      row: {
        tsMs: window.toMs,
        id: rowId([node, plan.name, device ?? "", plan.slot, digest, window.fromMs, window.toMs].join("|")),
        slot: plan.slot,
        model: digest,
        role: "active",
        input: input(),
        output: {
          ...outputs,
          score,
          label: score >= threshold ? "alarm" : "normal",
          ...(isAlarm ? { alarm: true } : {}),
          pipeline: plan.name,
          device,
          streams,
        },
        latencyMs,
        window: [window.fromMs, window.toMs],
      },
    };
  }
}

/** A UUID of version 8 (RFC 9562: free form) from a hash. */
function rowId(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
