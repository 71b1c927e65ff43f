import type { Feature } from "@/sdk/wire/manifest";

/** What a model said about one window. */
export interface Verdict {
  /** at or above `threshold` is an alarm */
  score: number;
  /** every output by its name, for the record */
  outputs: Readonly<Record<string, number | number[]>>;
  /** time inside the model, this window's share of its micro-batch */
  latencyMs: number;
}

/** A model that has passed every check and is loaded. */
export interface Scorer {
  /** `sha256:` of the very bytes that were loaded */
  readonly digest: string;
  readonly features: readonly Feature[];
  /** alarm limit of the score; Infinity when the model has none */
  readonly threshold: number;
  score(features: Float32Array): Promise<Verdict>;
}
