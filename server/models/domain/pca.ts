import { type Rows, symmetricEigen } from "./eigen";
import { fQuantile, normalQuantile } from "./limits";

/**
 * A picture of normal running: features are standardised, and the few directions in which they normally move together are
 * kept (principal components). A new row is judged twice:
 *
 *     T² = Σ (t_k)² / λ_k      t = z P       how far it lies along the usual directions
 *     Q  = ‖z − z P Pᵀ‖²                     how far it lies off them (squared prediction error)
 *
 * Limits at confidence α: T² = k (n² − 1) / (n (n − k)) · F_α(k, n − k) (Tracy, Young & Mason 1992, new observations);
 * Q by Jackson & Mudholkar (1979) from the eigenvalues left out. Both assume independent normal rows. Windows of a plant
 * are neither, so each limit is also held against the quantile α of the training rows, and the larger one counts.
 * `score` = max(T² / limit, Q / limit): 1 is the alarm limit.
 */
export interface PcaModel {
  mean: number[];
  /** standard deviations; a feature without spread gets its floor */
  scale: number[];
  /** components × features */
  components: number[][];
  eigenvalues: number[];
  t2Limit: number;
  qLimit: number;
  rows: number;
}

export interface PcaOptions {
  /** share of the variance that the kept components must explain, 0 … 1 */
  explained?: number;
  /** confidence of the limits */
  confidence?: number;
  /** least standard deviation per feature, so that a constant feature is not judged by rounding */
  floor?: readonly number[];
  /** fewest rows to learn from; three per feature unless told */
  leastRows?: number;
  /** factor on both limits, for rows that remember their predecessors */
  margin?: number;
}

export interface PcaScore {
  t2: number;
  q: number;
  score: number;
}

/**
 * Learns from rows of normal running.
 * @throws {RangeError} when rows are too few, of different length, or not all finite
 */
export function trainPca(
  rows: Rows,
  { explained = 0.9, confidence = 0.999, floor = [], margin = 1, leastRows }: PcaOptions = {},
): PcaModel {
  const n = rows.length;
  const width = rows[0]?.length ?? 0;
  const least = leastRows ?? 3 * width;
  if (width === 0 || n < least)
    throw new RangeError(`${n} rows are too few to learn ${width} features; give at least ${least}`);
  if (!rows.every((row) => row.length === width && row.every(Number.isFinite)))
    throw new RangeError("every row needs the same number of finite features");
  const columns = Array.from({ length: width }, (_, feature) => rows.map((row) => row[feature] ?? Number.NaN));
  // rounded to float32 here, so that this scorer and the ONNX file judge with the same constants
  const mean = columns.map((column) => Math.fround(column.reduce((sum, x) => sum + x, 0) / n));
  const scale = columns.map((column, feature) => {
    const centre = mean[feature] ?? 0;
    const deviation = Math.sqrt(column.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (n - 1));
    return Math.fround(Math.max(deviation, floor[feature] ?? 0, 1e-6 * Math.max(1, Math.abs(centre))));
  });
  const standard = rows.map((row) => row.map((x, feature) => (x - (mean[feature] ?? 0)) / (scale[feature] ?? 1)));
  const covariance = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (__, j) => standard.reduce((sum, z) => sum + (z[i] ?? 0) * (z[j] ?? 0), 0) / (n - 1)),
  );
  const { values, vectors } = symmetricEigen(covariance);
  const total = values.reduce((sum, value) => sum + value, 0);
  let kept = 0;
  for (let sum = 0; kept < width - 1 && sum < explained * total; kept += 1) sum += values[kept] ?? 0;
  kept = Math.max(1, kept);

  const model: PcaModel = {
    mean,
    scale,
    components: vectors.slice(0, kept).map((vector) => vector.map(Math.fround)),
    eigenvalues: values.slice(0, kept).map((value) => Math.fround(Math.max(value, 1e-9))),
    t2Limit: 1,
    qLimit: 1,
    rows: n,
  };
  const training = rows.map((row) => scorePca(model, row));
  const t2Theory = ((kept * (n * n - 1)) / (n * (n - kept))) * fQuantile(confidence, kept, n - kept);
  model.t2Limit = Math.fround(
    margin *
      Math.max(
        t2Theory,
        quantile(
          training.map(({ t2 }) => t2),
          confidence,
        ),
      ),
  );
  model.qLimit = Math.fround(
    margin *
      Math.max(
        jacksonMudholkar(values.slice(kept), confidence),
        quantile(
          training.map(({ q }) => q),
          confidence,
        ),
        1e-9,
      ),
  );
  return model;
}

/**
 * Limit of Q from the eigenvalues left out (Jackson & Mudholkar, Technometrics 21, 1979):
 *
 *     θ_i = Σ λ^i,  h = 1 − 2 θ1 θ3 / (3 θ2²),  Q_α = θ1 [1 + c √(2 θ2 h²) / θ1 + θ2 h (h − 1) / θ1²]^(1/h)
 */
export function jacksonMudholkar(left: readonly number[], confidence: number): number {
  const theta = [1, 2, 3].map((power) => left.reduce((sum, value) => sum + Math.max(0, value) ** power, 0));
  const [t1 = 0, t2 = 0, t3 = 0] = theta;
  if (t1 === 0 || t2 === 0) return 0;
  const h = 1 - (2 * t1 * t3) / (3 * t2 * t2);
  const c = normalQuantile(confidence);
  if (Math.abs(h) < 1e-9) return t1 * Math.exp((c * Math.sqrt(2 * t2)) / t1 - t2 / t1 ** 2);
  const sign = h < 0 ? -1 : 1; // h0 below zero turns the root's sign around
  const base = 1 + (sign * c * Math.sqrt(2 * t2 * h * h)) / t1 + (t2 * h * (h - 1)) / t1 ** 2;
  return t1 * Math.max(1e-12, base) ** (1 / h);
}

export function scorePca(model: PcaModel, row: readonly number[]): PcaScore {
  const z = row.map((x, feature) => (x - (model.mean[feature] ?? 0)) / (model.scale[feature] ?? 1));
  const t = model.components.map((component) =>
    component.reduce((sum, weight, feature) => sum + weight * (z[feature] ?? 0), 0),
  );
  const t2 = t.reduce((sum, value, k) => sum + value ** 2 / (model.eigenvalues[k] ?? 1), 0);
  const q = z.reduce(
    (sum, value, feature) =>
      sum +
      (value - model.components.reduce((back, component, k) => back + (component[feature] ?? 0) * (t[k] ?? 0), 0)) ** 2,
    0,
  );
  return { t2, q, score: Math.max(t2 / model.t2Limit, q / model.qLimit) };
}

/** Linear interpolation between order statistics (Hyndman–Fan type 7). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  return low + ((sorted[Math.ceil(at)] ?? low) - low) * (at - Math.floor(at));
}
