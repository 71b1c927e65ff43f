import { converter } from "@/sdk/wire/units";
import { type KpiDefinition, type Stat, unitOfStat } from "./kpi";

/** The value of one window. `thin`: too little of it was covered; `empty`: no reading at all; `manual`: somebody entered it. */
export interface KpiDayValue {
  /** YYYY-MM-DD in the KPI's zone */
  day: string;
  value: number | null;
  coverage: number;
  quality: "good" | "thin" | "empty" | "manual";
}

/** What the minutes of one window add up to. */
export interface WindowSums {
  /** usable readings, their sum, and the least and largest of them */
  n: number;
  sum: number | null;
  min: number | null;
  max: number | null;
  /** minutes that hold a usable reading */
  minutes: number;
  /** how long the window is, in hours: a whole day has 23 to 25 */
  hours: number;
}

/**
 * The value of one window from the sums of its minutes. Coverage counts minutes with a reading against those in which one was due: a
 * stream of one reading in five minutes covers a whole day by 288 minutes. An integral is the mean times the hours of the window, so what
 * is missing counts as the mean of what is there.
 *
 * @throws {RangeError} when the stream's unit cannot become the KPI's
 */
export function dayValue(
  { n, sum, min, max, minutes, hours }: WindowSums,
  { stat, unit, minCoverage }: Pick<KpiDefinition, "unit" | "minCoverage"> & { stat: Stat },
  stream: { unit: string | null; rateHz: number | null },
): Omit<KpiDayValue, "day"> {
  if (n === 0 || sum === null || min === null || max === null) return { value: null, coverage: 0, quality: "empty" };
  const all = hours * 60;
  const due = stream.rateHz === null ? all : Math.min(all, Math.max(1, stream.rateHz * hours * 3_600));
  const coverage = Math.min(1, minutes / due);
  const mean = sum / n;
  const given = { mean, min, max, integral: mean * hours }[stat];
  const convert = stream.unit === null ? (value: number) => value : converter(unitOfStat(stream.unit, stat), unit);
  return { value: convert(given), coverage, quality: coverage >= minCoverage ? "good" : "thin" };
}
