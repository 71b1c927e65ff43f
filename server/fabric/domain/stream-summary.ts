import { formatAge, formatCount, formatNumber } from "./health";

export interface StreamRangeFacts {
  unit: string;
  spanMs: number;
  /** Mean of all readings in the range; null when there is none. */
  mean: number | null;
  max: { value: number; tsMs: number } | null;
  min: { value: number; tsMs: number } | null;
  limitLow: number | null;
  limitHigh: number | null;
  /** All that arrived, also what is not to be used. */
  received: number;
  /** Of these, what the device marks as not to be used. */
  unusable: number;
  /** Received of expected; null when the stream declares no rate. */
  coverageRatio: number | null;
  lostMs: number;
  lostRows: number;
  /** How long nothing came although nothing was reported lost. */
  silentMs: number;
  /** What a model said nearest to the extreme, such as "wear". */
  label: string | null;
  /** IANA zone that times are written in. */
  timeZone: string;
}

/** From this share of the expected readings on, a range counts as complete: clocks and the newest second are not exact. */
const COMPLETE = 0.97;

/** What the chart shows, in one sentence: mean, the excursion that matters, what was lost. */
export function streamSummary(facts: StreamRangeFacts): string {
  const span = formatSpan(facts.spanMs);
  if (facts.received === 0)
    return facts.lostRows > 0
      ? `No reading arrived in this ${span} range; the node reports ${formatCount(facts.lostRows)} rows lost.`
      : `No reading arrived in this ${span} range.`;
  if (facts.mean === null)
    return `${formatCount(facts.received)} readings arrived in this ${span} range, and the device marks all of them as not to be used.`;
  const parts = [`Mean ${formatNumber(facts.mean)} ${facts.unit} over ${span}`];
  const at = (ms: number) =>
    new Intl.DateTimeFormat("en-GB", {
      timeZone: facts.timeZone,
      ...(facts.spanMs > 86_400_000 ? { day: "numeric", month: "short" } : {}),
      hour: "2-digit",
      minute: "2-digit",
    }).format(ms);
  const said = facts.label === null ? "" : ` that the model marked as ${facts.label}`;
  if (facts.max && facts.limitHigh !== null && facts.max.value > facts.limitHigh)
    parts.push(
      `a peak of ${formatNumber(facts.max.value)} at ${at(facts.max.tsMs)}${said}, above the limit of ${formatNumber(facts.limitHigh)}`,
    );
  else if (facts.min && facts.limitLow !== null && facts.min.value < facts.limitLow)
    parts.push(
      `a low of ${formatNumber(facts.min.value)} at ${at(facts.min.tsMs)}${said}, below the limit of ${formatNumber(facts.limitLow)}`,
    );
  else if (facts.min && facts.max)
    parts.push(
      `between ${formatNumber(facts.min.value)} and ${formatNumber(facts.max.value)}${facts.limitHigh !== null || facts.limitLow !== null ? ", inside its limits" : ""}`,
    );
  if (facts.unusable > 0) parts.push(`${formatCount(facts.unusable)} readings marked as not to be used`);
  if (facts.lostMs > 0 || facts.lostRows > 0) {
    parts.push(
      `${facts.lostMs > 0 ? formatSpan(facts.lostMs) : `${formatCount(facts.lostRows)} rows`} lost at the edge`,
    );
  } else if (facts.coverageRatio !== null && facts.coverageRatio < COMPLETE) {
    // No gap record is not proof: the node may have been off, or its records are still on their way.
    parts.push(`only ${Math.floor(facts.coverageRatio * 100)} % of the expected readings received`);
  } else if (facts.silentMs > 0) parts.push(`nothing received for ${formatSpan(facts.silentMs)}`);
  else parts.push("nothing lost");
  return `${parts.join(", ")}.`;
}

/** How far a node's telemetry has come: what its batches say, and whether one before the newest is still missing. */
export interface LaneProgress {
  /** newest watermark, epoch ms; null when the node sends none */
  watermarkMs: number | null;
  isContiguous: boolean;
}

/**
 * How complete a range is, in words for beside its readings (wire contract, G9). A watermark says that nothing older comes
 * any more except as backfill, and backfill travels in batches before the newest: only when none of these is missing is
 * everything up to the watermark here. Readings of a node without watermarks are never called complete.
 *
 * @param at writes a time of day
 */
export function completeness(lane: LaneProgress, toMs: number, at: (ms: number) => string): string {
  if (lane.watermarkMs === null) return "how complete is unknown: the node sends no watermark";
  if (!lane.isContiguous) return "not complete: earlier readings are still on their way";
  return lane.watermarkMs >= toMs ? "complete" : `complete to ${at(lane.watermarkMs)}`;
}

/** Readings that arrived of those that the declared rate promises. */
export interface Coverage {
  received: number;
  /** null when the stream declares no rate: then nothing is known about what should have come. */
  expected: number | null;
  ratio: number | null;
}

/** @param spanMs length of the part of the range that the stream has existed for and that is already past */
export function coverage(received: number, rateHz: number | null, spanMs: number): Coverage {
  if (rateHz === null || spanMs <= 0) return { received, expected: null, ratio: null };
  const expected = Math.max(1, Math.round((spanMs / 1_000) * rateHz));
  return { received, expected, ratio: received / expected };
}

/** `6 h`, `12 min 28 s`, `2 d 4 h`: at most two units. */
export function formatSpan(ms: number): string {
  if (ms < 60_000) return formatAge(Math.round(ms / 1_000) * 1_000).replace(".0", "");
  const units: readonly [number, string][] = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1_000, "s"],
  ];
  const first = units.findIndex(([size]) => ms >= size);
  const [size, name] = units[first] ?? [1_000, "s"];
  const whole = Math.floor(ms / size);
  const [restSize, restName] = units[first + 1] ?? [1_000, "s"];
  const rest = Math.floor((ms - whole * size) / restSize);
  return rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${restName}`;
}
