import type { Quality } from "@/sdk/wire/quality";

/** Readings side by side. `keys` is one object for all messages that bring the same streams, so that each stage looks them up once. */
export interface Row {
  keys: readonly string[];
  values: readonly (number | null)[];
}

/**
 * What an adapter yields. `tsMs` is capture time, epoch ms UTC; `values` by stream key, null = no value; `quality` names
 * only the keys that are not good; `row` is `values` once more, where the source has them side by side.
 */
export interface Sample {
  tsMs: number;
  readonly values: Readonly<Record<string, number | null>>;
  quality?: Readonly<Record<string, Quality>>;
  row?: Row;
}

/** A sample that came as a row; the record is made when somebody asks for it. */
export class RowSample implements Sample {
  readonly tsMs: number;
  readonly row: Row;
  #values: Sample["values"] | null = null;

  /** No key comes twice in `row`. */
  constructor(tsMs: number, row: Row) {
    this.tsMs = tsMs;
    this.row = row;
  }

  get values(): Sample["values"] {
    return (this.#values ??= recordOf(this.row));
  }
}

function recordOf({ keys, values }: Row): Record<string, number | null> {
  const record: Record<string, number | null> = {};
  let at = 0;
  for (const key of keys) {
    record[key] = values[at] ?? null;
    at += 1;
  }
  return record;
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
