import { aggregate } from "@/sdk/wire/features";
import type { Feature } from "@/sdk/wire/manifest";
import { aliasOf } from "@/sdk/wire/pipeline-check";
import { converter, isSameDimension } from "@/sdk/wire/units";
import type { Scorer, Verdict } from "../inference/scorer";
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

/**
 * Scores each window with the model that is active when the window arrives. `current()` is read per window, so a swap or
 * a rollback takes effect between windows, never inside one. A window that cannot be scored (no model, a feature without
 * a reading, a model that fails) goes to `reject` and the stream goes on: one broken sensor must not stop a line. Output
 * keeps input order, nothing is buffered, a source error ends the stage.
 */
export async function* infer(
  windows: AsyncIterable<Window>,
  current: () => Scorer | null,
  units: InputUnits,
  reject: (window: Window, digest: string | null, cause: unknown) => void,
  scored: () => void = () => undefined,
): AsyncGenerator<Scored> {
  const columns = new WeakMap<Scorer, FeatureColumn[]>();
  for await (const window of windows) {
    const model = current();
    try {
      if (!model) throw new RangeError("the slot holds no model yet");
      let features = columns.get(model);
      if (!features) columns.set(model, (features = model.features.map((feature) => featureColumn(feature, units))));
      const row = new Float32Array(features.length);
      let at = 0;
      for (const feature of features) {
        const value = feature.of(window);
        if (!Number.isFinite(value)) throw new RangeError(`no good reading of ${feature.name} in this window`);
        row[at] = value;
        at += 1;
      }
      const verdict = await model.score(row);
      if (!Number.isFinite(verdict.score)) throw new RangeError(`the model returned ${verdict.score}`);
      scored();
      const named = features;
      const input = () => Object.fromEntries(named.map(({ name }, index) => [name, row[index] ?? Number.NaN]));
      yield { window, verdict: { ...verdict, digest: model.digest, threshold: model.threshold, input } };
    } catch (cause) {
      reject(window, model?.digest ?? null, cause);
    }
  }
}

interface FeatureColumn {
  /** `vib.rms` */
  name: string;
  of(window: Window): number;
}

/** Readings are converted before they are condensed, so that offsets (Cel to K) come out right for every aggregate. */
function featureColumn({ stream, unit, agg }: Feature, { inputs, unitOf }: InputUnits): FeatureColumn {
  const alias = aliasOf(stream, inputs);
  const key = alias === undefined ? undefined : inputs.get(alias);
  if (alias === undefined || key === undefined)
    throw new RangeError(`the model needs ${stream}, which is not an input of the pipeline`);
  const name = `${alias}.${agg}`;
  const from = unitOf(key);
  if (from === unit || (agg === "kurtosis" && unit === "1")) {
    return { name, of: ({ series }) => series.get(alias)?.aggregate(agg) ?? Number.NaN };
  }
  if (agg === "slope" && isSameDimension(`${from}/s`, unit) === true) {
    const convert = converter(`${from}/s`, unit);
    return { name, of: ({ series }) => convert(series.get(alias)?.aggregate(agg) ?? Number.NaN) };
  }
  const convert = converter(from, unit);
  return {
    name,
    of: ({ series }) => {
      const raw = series.get(alias);
      return raw ? aggregate(agg, { tsMs: raw.tsMs, values: raw.values.map(convert) }) : Number.NaN;
    },
  };
}
