import { type Estimate, estimateQuantile, pertShape, type Shape } from "./estimate";
import type { Random } from "./random";

/** Probabilities at which the inverse distribution function is tabled; draws between them are interpolated. */
const TABLE_POINTS = 2_001;

/** Draws one value of an estimate. */
export type Sampler = (random: Random) => number;

/** A way to draw from an estimate: from its formula when triangular, from a table of 2,001 quantiles when PERT. */
export function samplerOf(estimate: Estimate, shape: Shape = "pert"): Sampler {
  const { low, mode, high } = estimate;
  if (low === high) return () => low;
  if (shape === "triangular") return (random) => estimateQuantile({ low, mode, high }, random(), "triangular");
  const table = pertTable(estimate);
  return (random) => {
    const at = random() * (TABLE_POINTS - 1);
    const below = Math.floor(at);
    const from = table[below] ?? low;
    return from + (at - below) * ((table[below + 1] ?? high) - from);
  };
}

/**
 * Quantiles of PERT at 0, 1/2000, … 1: the density is integrated by Simpson's rule over as many cells of the range, and the
 * distribution function read backwards, linear in each cell. α, β ≥ 1, so the density is finite everywhere.
 */
function pertTable(estimate: Estimate): Float64Array {
  const { low, high } = estimate;
  const { alpha, beta } = pertShape(estimate);
  const cells = TABLE_POINTS - 1;
  const density = (x: number): number => x ** (alpha - 1) * (1 - x) ** (beta - 1);
  const cumulated = new Float64Array(TABLE_POINTS);
  let total = 0;
  let left = density(0);
  for (let cell = 0; cell < cells; cell += 1) {
    const right = density((cell + 1) / cells);
    total += left + 4 * density((cell + 0.5) / cells) + right;
    cumulated[cell + 1] = total;
    left = right;
  }
  const table = new Float64Array(TABLE_POINTS);
  let cell = 0;
  for (let point = 0; point < TABLE_POINTS; point += 1) {
    const wanted = (point / cells) * total;
    while (cell < cells - 1 && (cumulated[cell + 1] ?? total) < wanted) cell += 1;
    const from = cumulated[cell] ?? 0;
    const width = (cumulated[cell + 1] ?? total) - from;
    const share = width > 0 ? Math.min(1, (wanted - from) / width) : 0;
    table[point] = low + ((high - low) * (cell + share)) / cells;
  }
  table[0] = low;
  table[cells] = high;
  return table;
}

/** The value below which a share `p` of the sorted draws lies, linear between neighbours (R's type 7). */
export function quantileOf(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const from = sorted[below] ?? Number.NaN;
  return from + (at - below) * ((sorted[below + 1] ?? from) - from);
}
