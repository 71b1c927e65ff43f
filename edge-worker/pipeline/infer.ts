import { type WindowSeries, aggregate } from "@/sdk/wire/features";
import type { Feature } from "@/sdk/wire/manifest";
import type { Aggregate } from "@/sdk/wire/pipeline";
import { aliasOf } from "@/sdk/wire/pipeline-check";
import { converter, isSameDimension } from "@/sdk/wire/units";
import type { Scorer, Verdict } from "../inference/scorer";
import { ahead } from "./ahead";
import type { Window } from "./window";

export interface Scored {
  window: Window;
  /** null in a pipeline without a model */
  verdict: (Verdict & { digest: string; threshold: number; input(): Record<string, number> }) | null;
}

/** What a pipeline knows of its inputs: alias → stream key and the stream's unit. */
export interface InputUnits {
  inputs: ReadonlyMap<string, string>;
  unitOf(key: string): string;
}

/** Windows of one device that may be at the model at once. */
const AHEAD = 4;
/** Rows of features that share one piece of memory. */
const SLAB_ROWS = 64;

/**
 * Scores each window with the model that is active when the window arrives. `current()` is read per window, so a swap or
 * a rollback takes effect between windows, never inside one. A window that cannot be scored (no model, a feature without
 * a reading, a model that fails) goes to `reject` and the stream goes on: one broken sensor must not stop a line. Output
 * and rejections keep input order; up to `AHEAD` windows are at the model at once; a source error ends the stage.
 */
export async function* infer(
  windows: AsyncIterable<Window>,
  current: () => Scorer | null,
  units: InputUnits,
  reject: (window: Window, digest: string | null, cause: unknown) => void,
  scored: () => void = () => undefined,
): AsyncGenerator<Scored> {
  for await (const { window, model, names, row, answer } of ahead(ask(windows, current, units), AHEAD)) {
    const said = await answer;
    if (!model || said instanceof Error) {
      reject(window, model?.digest ?? null, said);
      continue;
    }
    scored();
    const input = () => Object.fromEntries(names.map((name, index) => [name, row[index] ?? Number.NaN]));
    const { score, outputs, latencyMs } = said;
    const { digest, threshold } = model;
    yield { window, verdict: { score, outputs, latencyMs, digest, threshold, input } };
  }
}

/** A window whose features are with the model. */
interface Asked {
  window: Window;
  model: Scorer | null;
  names: readonly string[];
  row: Float32Array;
  /** why there is none, when it is an error; never rejects */
  answer: Verdict | Error | Promise<Verdict | Error>;
}

/** Hands each window to the model without waiting for what it says. */
async function* ask(
  windows: AsyncIterable<Window>,
  current: () => Scorer | null,
  units: InputUnits,
): AsyncGenerator<Asked> {
  const known = new WeakMap<Scorer, FeatureRow>();
  for await (const window of windows) {
    const model = current();
    try {
      if (!model) throw new RangeError("the slot holds no model yet");
      let features = known.get(model);
      if (!features) known.set(model, (features = new FeatureRow(model.features, units)));
      const row = features.of(window);
      yield { window, model, names: features.names, row, answer: model.score(row).then(finite, asError) };
    } catch (cause) {
      yield { window, model, names: [], row: NO_ROW, answer: asError(cause) };
    }
  }
}

const NO_ROW = new Float32Array(0);

function finite(verdict: Verdict): Verdict | Error {
  return Number.isFinite(verdict.score) ? verdict : new RangeError(`the model returned ${verdict.score}`);
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

/** What a model takes, worked out once for the inputs of a pipeline. */
class FeatureRow {
  /** `vib.rms` */
  readonly names: readonly string[];
  readonly #columns: readonly FeatureColumn[];
  #slab = NO_ROW;
  #used = 0;

  constructor(features: readonly Feature[], units: InputUnits) {
    this.#columns = features.map((feature) => featureColumn(feature, units));
    this.names = this.#columns.map(({ name }) => name);
  }

  /** @throws {RangeError} naming the feature that has no good reading in this window */
  of({ series }: Window): Float32Array {
    const width = this.#columns.length;
    if (this.#used + width > this.#slab.length) {
      this.#slab = new Float32Array(SLAB_ROWS * width);
      this.#used = 0;
    }
    const row = this.#slab.subarray(this.#used, this.#used + width);
    let at = 0;
    for (const { name, alias, agg, before, after } of this.#columns) {
      let value = before === null ? series.aggregate(alias, agg) : converted(series.get(alias), agg, before);
      if (after !== null) value = after(value);
      if (!Number.isFinite(value)) throw new RangeError(`no good reading of ${name} in this window`);
      row[at] = value;
      at += 1;
    }
    this.#used += width;
    return row;
  }
}

interface FeatureColumn {
  name: string;
  alias: string;
  agg: Aggregate;
  /** converts each reading; null = they are in the model's unit */
  before: ((value: number) => number) | null;
  /** converts what they are condensed to */
  after: ((value: number) => number) | null;
}

/** Readings are converted before they are condensed, so that offsets (Cel to K) come out right for every aggregate. */
function featureColumn({ stream, unit, agg }: Feature, { inputs, unitOf }: InputUnits): FeatureColumn {
  const alias = aliasOf(stream, inputs);
  const key = alias === undefined ? undefined : inputs.get(alias);
  if (alias === undefined || key === undefined)
    throw new RangeError(`the model needs ${stream}, which is not an input of the pipeline`);
  const name = `${alias}.${agg}`;
  const from = unitOf(key);
  if (from === unit || (agg === "kurtosis" && unit === "1")) return { name, alias, agg, before: null, after: null };
  if (agg === "slope" && isSameDimension(`${from}/s`, unit) === true)
    return { name, alias, agg, before: null, after: converter(`${from}/s`, unit) };
  return { name, alias, agg, before: converter(from, unit), after: null };
}

function converted(series: WindowSeries | undefined, agg: Aggregate, convert: (value: number) => number): number {
  return series ? aggregate(agg, { tsMs: series.tsMs, values: Float64Array.from(series.values, convert) }) : Number.NaN;
}
