import { isSameDimension, parseUnit, unitHint } from "@/sdk/wire/units";
import { type Estimate, estimateFaults, withoutFigure } from "./estimate";
import type { Fault } from "./fault";

export const STATS = ["mean", "min", "max", "integral"] as const;
export type Stat = (typeof STATS)[number];

/** Where the values of a KPI come from: a stream of the plant, somebody who enters them, the health of a device, or a part that does not exist yet. */
export const SOURCES = ["stream", "manual", "import", "device", "model", "rollout", "training"] as const;
export type Source = (typeof SOURCES)[number];

/** Sources whose parts are still to come. A KPI may be defined on one; it is unknown, for this reason. */
export const NOT_BUILT: Readonly<Partial<Record<Source, string>>> = {
  model: "no model reports its accuracy yet",
  rollout: "roll-outs are not recorded yet",
  training: "training is not recorded yet",
};

export const MINUTES_OF_DAY = 1_440;

/** What a KPI means. It has one value per window that is over; a window is a stretch of a day in `timeZone`. */
export interface KpiDefinition {
  /** UCUM */
  unit: string;
  direction: "up" | "down" | "band";
  bandLow: number | null;
  bandHigh: number | null;
  source: Source;
  streamId: number | null;
  /** source device: the node, or the device of one, whose health it is */
  nodeId: string | null;
  deviceId: number | null;
  stat: Stat | null;
  timeZone: string;
  /** minutes of the local day: from 0, before 1,440 is the whole day; a window that ends before it starts ends on the next day */
  fromMinute: number;
  toMinute: number;
  /** a reading is due at least this often, in seconds; null: as often as the stream promises */
  dueEveryS: number | null;
  /** share of the minutes in which a reading was due that must hold one, 0–1 */
  minCoverage: number;
  maxStaleS: number;
  /** whether values of several places may be added up. Nothing does so yet: it is asked for now, because a definition is never changed in place */
  isAdditive: boolean;
  /** cents that one unit of change for the better is worth */
  valueCents: Estimate;
  currency: string;
}

/** The unit that readings of a stream have after `stat`: an integral over hours turns kW into kW.h. */
export function unitOfStat(streamUnit: string, stat: Stat): string {
  return stat === "integral" ? `${streamUnit}.h` : streamUnit;
}

/** Everything wrong with a definition by itself, each at its own field. */
export function definitionFaults(kpi: KpiDefinition): Fault[] {
  const faults: Fault[] = [];
  const fault = (field: string, code: Fault["code"], hint: string) => faults.push({ field, code, hint });
  if (parseUnit(kpi.unit) === null) fault("unit", "unknown_reference", unitHint(kpi.unit));
  if (kpi.direction === "band") {
    if (kpi.bandLow === null) fault("bandLow", "missing", "Enter the lower end of the band.");
    if (kpi.bandHigh === null) fault("bandHigh", "missing", "Enter the upper end of the band.");
    if (kpi.bandLow !== null && kpi.bandHigh !== null && kpi.bandLow >= kpi.bandHigh)
      fault("bandHigh", "order", "Enter more than the lower end of the band.");
  }
  if (!isZone(kpi.timeZone)) fault("timeZone", "unknown_reference", "Use a name such as Europe/Paris.");
  faults.push(...windowFaults(kpi));
  if (!(kpi.minCoverage > 0 && kpi.minCoverage <= 1))
    fault("minCoverage", "out_of_range", "Enter more than 0 and at most 100 %.");
  if (kpi.dueEveryS !== null && !(kpi.dueEveryS >= 60 && kpi.dueEveryS <= 86_400))
    fault("dueEveryS", "out_of_range", "Enter from 1 minute to a day, or nothing: as often as the stream sends.");
  if (!(kpi.maxStaleS >= 1 && kpi.maxStaleS <= 31 * 86_400))
    fault("maxStaleS", "out_of_range", "Enter more than 0 and at most 31 days.");
  if (!/^[A-Z]{3}$/.test(kpi.currency)) fault("currency", "currency", "Use a three-letter currency code such as EUR.");
  faults.push(...estimateFaults("valueCents", kpi.valueCents, { min: 0 }).map(withoutFigure));
  if (kpi.source === "device") faults.push(...healthFaults(kpi));
  if (kpi.source !== "stream") return faults;
  if (kpi.streamId === null) fault("streamId", "missing", "Choose the stream that it is computed from.");
  if (kpi.stat === null) fault("stat", "missing", "Choose how the readings of a day become one value.");
  return faults;
}

/** Health is a share: it has a unit without a dimension, and somebody's health it must be. */
function healthFaults({ unit, nodeId, deviceId }: KpiDefinition): Fault[] {
  const faults: Fault[] = [];
  if (nodeId === null && deviceId === null)
    faults.push({ field: "thing", code: "missing", hint: "Choose the device or node whose health it is." });
  if (isSameDimension("%", unit) === false)
    faults.push({ field: "unit", code: "out_of_range", hint: "Health is a share: enter % or 1." });
  return faults;
}

function windowFaults({ fromMinute, toMinute }: KpiDefinition): Fault[] {
  const isMinute = (minute: number) => Number.isInteger(minute) && minute >= 0 && minute <= MINUTES_OF_DAY;
  const time = "Enter a time of the day from 00:00 to 24:00.";
  if (!isMinute(fromMinute) || fromMinute === MINUTES_OF_DAY)
    return [{ field: "fromMinute", code: "out_of_range", hint: time }];
  if (!isMinute(toMinute) || toMinute === 0) return [{ field: "toMinute", code: "out_of_range", hint: time }];
  if (fromMinute !== toMinute) return [];
  const hint = "The window is empty: enter another time than its start. One before it is of the next day.";
  return [{ field: "toMinute", code: "order", hint }];
}

/**
 * Null when readings of a stream in `streamUnit` can become the KPI's unit. A stream that says no unit is taken to be in the KPI's, and the
 * page says so; one whose unit nobody can read is refused, because no day of it could be computed.
 */
export function unitFault(
  { unit, stat }: Pick<KpiDefinition, "unit" | "stat">,
  streamUnit: string | null,
): Fault | null {
  if (streamUnit === null || stat === null) return null;
  const given = unitOfStat(streamUnit, stat);
  const isSame = isSameDimension(given, unit);
  if (isSame === true) return null;
  if (isSame === null) {
    const hint = `The stream is in ${streamUnit}, which is no UCUM unit and cannot become ${unit}. Choose another stream, or mend its unit.`;
    return { field: "streamId", code: "unknown_reference", hint };
  }
  return { field: "unit", code: "out_of_range", hint: `The stream gives ${given}, which cannot become ${unit}.` };
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== "";
  } catch {
    return false; // RangeError: there is no such zone
  }
}

/** `06:30` as minutes of the day; NaN for what is no time. `24:00` is the end of the day. */
export function minuteTyped(text: string): number {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  if (hour === undefined || minute === undefined || Number(minute) > 59) return Number.NaN;
  return Number(hour) * 60 + Number(minute);
}

/** Minutes of the day as `06:30`. */
export function minuteShown(minute: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
