import type { Quality } from "@/sdk/wire/quality";

/**
 * What an adapter yields. `tsMs` is capture time, epoch ms UTC; `values` by stream key, null = no value; `quality` names
 * only the keys that are not good.
 */
export interface Sample {
  tsMs: number;
  values: Readonly<Record<string, number | null>>;
  quality?: Readonly<Record<string, Quality>>;
}

/** Something known from elsewhere about the readings, such as a labelled anomaly in a recording; sent on the events lane. */
export interface TruthEvent {
  tsMs: number;
  event: {
    kind: string;
    severity?: "info" | "low" | "medium" | "high" | "critical";
    stream?: string;
    data?: Record<string, unknown>;
  };
}

/** Time has reached `tsMs` although nothing was measured, so windows that end before it may close. */
export interface Tick {
  tsMs: number;
  tick: true;
}

export type AdapterItem = Sample | TruthEvent;
export type PipelineItem = Sample | Tick;

/** The source of readings behind one entry of `adapters` in the configuration. */
export interface Adapter {
  readonly name: string;
  /** ends when the source ends or `signal` aborts; throws when the source cannot be read at all */
  run(signal: AbortSignal): AsyncGenerator<AdapterItem>;
  /** for /health: what it last had trouble with, null when all is well */
  trouble(): string | null;
}
