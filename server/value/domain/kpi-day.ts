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
  /** minutes that hold a usable reading, of each hour at most as many as `duePerHour` says */
  minutes: number;
  /** how long the window is, in hours: a whole day has 23 to 25 */
  hours: number;
}

/**
 * Minutes of an hour in which a reading is due: by what the KPI asks for, else by what the stream promises, else all of them. More than these
 * make up for none of another hour, so that a day of which half is missing is not covered by the other half. Of a stream that speaks less
 * than once an hour it is the mean.
 */
export function duePerHour({ dueEveryS }: Pick<KpiDefinition, "dueEveryS">, rateHz: number | null): number {
  const hz = dueEveryS === null ? rateHz : 1 / dueEveryS;
  return hz === null || hz <= 0 ? 60 : Math.min(60, hz * 3_600);
}

/** What came of one stream in one window, for the health of what it belongs to. */
export interface DueSums extends Pick<WindowSums, "n" | "minutes"> {
  /** readings a second that the stream promises; null: it promises none */
  rateHz: number | null;
  /** hours of the window since the stream's first reading, or since it was accepted */
  dueHours: number;
}

/**
 * The health of a device or node in one window: the share of the minutes in which a usable reading of its streams was due that hold one. A
 * stream that promises no rate is left out unless the KPI says how often a reading is needed. Null while nothing was due: before its first
 * reading there is no health. Silence is known to be silence, so the coverage of such a window is whole.
 *
 * @throws {RangeError} when a share cannot become the KPI's unit
 */
export function healthOfDay(
  streams: readonly DueSums[],
  { unit, dueEveryS }: Pick<KpiDefinition, "unit" | "dueEveryS">,
): Omit<KpiDayValue, "day"> | null {
  const promising = streams.filter(({ rateHz }) => dueEveryS !== null || (rateHz !== null && rateHz > 0));
  let due = 0;
  let came = 0;
  for (const { rateHz, dueHours, minutes } of promising) {
    const ofStream = duePerHour({ dueEveryS }, rateHz) * dueHours;
    due += ofStream;
    came += Math.min(minutes, ofStream);
  }
  if (due === 0) return null;
  return { value: converter("%", unit)((came / due) * 100), coverage: 1, quality: "good" };
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
  { stat, unit, minCoverage, dueEveryS }: Pick<KpiDefinition, "unit" | "minCoverage" | "dueEveryS"> & { stat: Stat },
  stream: { unit: string | null; rateHz: number | null },
): Omit<KpiDayValue, "day"> {
  if (n === 0 || sum === null || min === null || max === null) return { value: null, coverage: 0, quality: "empty" };
  const due = Math.max(1, duePerHour({ dueEveryS }, stream.rateHz) * hours);
  const coverage = Math.min(1, minutes / due);
  const mean = sum / n;
  const given = { mean, min, max, integral: mean * hours }[stat];
  const convert = stream.unit === null ? (value: number) => value : converter(unitOfStat(stream.unit, stat), unit);
  return { value: convert(given), coverage, quality: coverage >= minCoverage ? "good" : "thin" };
}
