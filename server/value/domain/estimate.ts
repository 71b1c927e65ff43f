import { betaQuantile } from "./distributions";
import { type Fault, FigureError, numberFault } from "./fault";

/** What somebody expects of a figure: it will hardly be below `low` or above `high`, and is likeliest at `mode`. */
export interface Estimate {
  low: number;
  mode: number;
  high: number;
}

/**
 * How an estimate spreads: PERT (the default) leans on the mode, triangular does less so. Source of PERT: Malcolm, Roseboom, Clark and
 * Fazar, Application of a Technique for Research and Development Program Evaluation (1959).
 */
export const SHAPES = ["pert", "triangular"] as const;
export type Shape = (typeof SHAPES)[number];

/** Weight of the mode in a PERT distribution. */
const LAMBDA = 4;

/** Everything wrong with an estimate, each at its own field (`field.low` …); empty when it can be used. */
export function estimateFaults(
  field: string,
  { low, mode, high }: Estimate,
  bounds: { min?: number; max?: number } = {},
): Fault[] {
  const faults = [
    numberFault(`${field}.low`, low, bounds),
    numberFault(`${field}.mode`, mode, bounds),
    numberFault(`${field}.high`, high, bounds),
  ].filter((fault) => fault !== null);
  if (faults.length > 0) return faults;
  if (low > mode) {
    faults.push({ field: `${field}.mode`, code: "order", hint: `Enter at least the low estimate, ${low}.` });
  }
  if (mode > high) {
    faults.push({ field: `${field}.high`, code: "order", hint: `Enter at least the likeliest value, ${mode}.` });
  }
  return faults;
}

/** A fault without the figure that its hint would name: forms show units of money and percent, where the domain has cents and shares. */
export function withoutFigure(fault: Fault): Fault {
  return fault.code === "order" ? { ...fault, hint: fault.hint.replace(/, [^,]*$/, ".") } : fault;
}

/**
 * Returns the estimate when it can be used.
 *
 * @throws {FigureError} with the first thing that is wrong with it
 */
export function demandEstimate(
  field: string,
  estimate: Estimate,
  bounds: { min?: number; max?: number } = {},
): Estimate {
  const [fault] = estimateFaults(field, estimate, bounds);
  if (fault) throw new FigureError(fault);
  return estimate;
}

/** An estimate of one figure that is certain. */
export function certain(value: number): Estimate {
  return { low: value, mode: value, high: value };
}

/** α and β of the beta distribution behind PERT(a, m, b): 1 + λ(m−a)/(b−a) and 1 + λ(b−m)/(b−a). Needs low < high. */
export function pertShape({ low, mode, high }: Estimate): { alpha: number; beta: number } {
  return { alpha: 1 + (LAMBDA * (mode - low)) / (high - low), beta: 1 + (LAMBDA * (high - mode)) / (high - low) };
}

/** Expected value: triangular (a+m+b)/3, PERT (a+λm+b)/(λ+2). */
export function estimateMean({ low, mode, high }: Estimate, shape: Shape = "pert"): number {
  return shape === "triangular" ? (low + mode + high) / 3 : (low + LAMBDA * mode + high) / (LAMBDA + 2);
}

/**
 * Standard deviation: triangular √((a²+m²+b²−ab−am−bm)/18), PERT √((μ−a)(b−μ)/(λ+3)). The shortcut (b−a)/6 for PERT is
 * wrong by 4 % already for (10, 20, 60).
 */
export function estimateDeviation(estimate: Estimate, shape: Shape = "pert"): number {
  const { low, mode, high } = estimate;
  if (shape === "triangular") {
    return Math.sqrt((low ** 2 + mode ** 2 + high ** 2 - low * high - low * mode - high * mode) / 18);
  }
  const mean = estimateMean(estimate);
  return Math.sqrt(((mean - low) * (high - mean)) / (LAMBDA + 3));
}

/**
 * The value that the figure stays below with probability `p`. P10 is therefore the low case (oil exploration counts the
 * other way round). Triangular: a+√(p(b−a)(m−a)) below the mode, b−√((1−p)(b−a)(b−m)) above.
 */
export function estimateQuantile(estimate: Estimate, p: number, shape: Shape = "pert"): number {
  const { low, mode, high } = estimate;
  if (low === high) return low;
  if (shape === "triangular") {
    return p < (mode - low) / (high - low)
      ? low + Math.sqrt(p * (high - low) * (mode - low))
      : high - Math.sqrt((1 - p) * (high - low) * (high - mode));
  }
  const { alpha, beta } = pertShape(estimate);
  return low + (high - low) * betaQuantile(alpha, beta, p);
}
