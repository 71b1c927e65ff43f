import { normalQuantile } from "./distributions";
import { quantileOf } from "./sampling";

/** One past use case: the range that was forecast, P10 to P90, and what was measured. */
export interface PastEstimate {
  estimator: string;
  p10: number;
  p50: number;
  p90: number;
  measured: number;
}

/** P10 to P90 promises four in five. */
export const PROMISED = 0.8;
/** Below this many, chance says as much as skill. */
const LEAST_RECORDS = 5;

export interface Calibration {
  estimator: string;
  records: number;
  held: number;
  /** share of the ranges that held, with its 95 % interval (Wilson) */
  share: number;
  low: number;
  high: number;
  /** how many came out below their P10 and above their P90: a lean to one side is optimism or caution, not bad luck */
  below: number;
  above: number;
  /** by how much ranges should have been wider for four in five to hold; null when there are too few to tell */
  widen: number | null;
  says: string;
}

/**
 * How well each estimator's ranges held: "your 80 % ranges held 55 %". The widening is the 80 % quantile of how far the
 * measured value lay from P50, in half-widths of its side; it becomes the default width of the next estimate.
 */
export function calibrate(past: readonly PastEstimate[]): Calibration[] {
  const names = [...new Set(past.map(({ estimator }) => estimator))].sort();
  return names.map((name) =>
    calibrateOne(
      name,
      past.filter(({ estimator }) => estimator === name),
    ),
  );
}

function calibrateOne(estimator: string, past: readonly PastEstimate[]): Calibration {
  const records = past.length;
  const below = past.filter(({ measured, p10 }) => measured < p10).length;
  const above = past.filter(({ measured, p90 }) => measured > p90).length;
  const held = records - below - above;
  const share = held / records;
  const z = normalQuantile(0.975);
  const centre = (share + z ** 2 / (2 * records)) / (1 + z ** 2 / records);
  const reach = (z * Math.sqrt((share * (1 - share)) / records + z ** 2 / (4 * records ** 2))) / (1 + z ** 2 / records);
  const percent = Math.round(share * 100);
  return {
    estimator,
    records,
    held,
    share,
    low: Math.max(0, centre - reach),
    high: Math.min(1, centre + reach),
    below,
    above,
    widen: records < LEAST_RECORDS ? null : quantileOf(Float64Array.from(past.map(distance)).sort(), PROMISED),
    says:
      records < LEAST_RECORDS
        ? `${held} of ${records} ranges held; ${LEAST_RECORDS} are the least to judge by.`
        : `Your 80 % ranges held ${percent} %.`,
  };
}

/** How far the measured value lay from P50, in half-widths of its side: 1 is the end of the range. */
function distance({ p10, p50, p90, measured }: PastEstimate): number {
  if (measured === p50) return 0;
  const width = measured < p50 ? p50 - p10 : p90 - p50;
  return width > 0 ? Math.abs(measured - p50) / width : Infinity;
}
