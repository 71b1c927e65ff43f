/**
 * Time ranges as people type them and as links carry them.
 *
 * In a link: `from=now-6h&to=now`, where each end is `now`, `now-<n><unit>`, epoch ms, or ISO 8601 with an offset. What people type
 * is read by typed-range.ts.
 * Units: s, m, h, d (24 h), w (7 d). Calendar days are not a unit here: a range of `1d` is always 24 h long.
 */
export interface TimeRange {
  from: string;
  to: string;
}

export interface ResolvedRange {
  /** Epoch ms, UTC. */
  fromMs: number;
  toMs: number;
  /** The end moves with the clock, so the page may follow it. */
  live: boolean;
}

export const DEFAULT_RANGE: TimeRange = { from: "now-1h", to: "now" };

export const QUICK_RANGES = [
  { label: "5 minutes", from: "now-5m" },
  { label: "15 minutes", from: "now-15m" },
  { label: "1 hour", from: "now-1h" },
  { label: "6 hours", from: "now-6h" },
  { label: "24 hours", from: "now-24h" },
  { label: "7 days", from: "now-7d" },
  { label: "30 days", from: "now-30d" },
  { label: "90 days", from: "now-90d" },
] as const;

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const MIN_SPAN_MS = 1_000;
const MAX_SPAN_MS = 5 * 366 * 86_400_000;

/** One end of a range in a link. @returns epoch ms, or null when it is not a time */
export function parseInstant(text: string, nowMs: number): number | null {
  const trimmed = text.trim();
  if (trimmed === "now") return nowMs;
  const relative = /^now\s*-\s*(\d{1,6})\s*([smhdw])$/.exec(trimmed);
  if (relative) return nowMs - Number(relative[1]) * (UNIT_MS[relative[2] ?? ""] ?? 0);
  // Fewer digits would be seconds and more would be microseconds: neither is guessed.
  if (/^\d{12,14}(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  const iso = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})$/.exec(trimmed);
  if (iso) {
    const ms = Date.parse(trimmed);
    // JavaScript rolls 30 February over to March; a date that no calendar has is not a time.
    const days = new Date(Date.UTC(Number(iso[1]), Number(iso[2]), 0)).getUTCDate();
    return Number.isFinite(ms) && Number(iso[3]) <= days && !trimmed.includes("T24") ? ms : null;
  }
  return null;
}

/**
 * The instants that a link means now.
 *
 * @throws {RangeError} with a sentence for the reader: an end that is not a time, an end at or before its start, a
 *   range under 1 s or over 5 years
 */
export function resolveRange(range: TimeRange, nowMs: number): ResolvedRange {
  const fromMs = parseInstant(range.from, nowMs);
  const toMs = parseInstant(range.to, nowMs);
  if (fromMs === null)
    throw new RangeError(`“${range.from}” is not a time. Write now-6h, or a date such as 2026-11-24T06:00Z.`);
  if (toMs === null)
    throw new RangeError(`“${range.to}” is not a time. Write now, or a date such as 2026-11-24T12:30Z.`);
  if (toMs === fromMs)
    throw new RangeError("Both ends are the same instant. Give the range a length, such as now-1h to now.");
  if (toMs < fromMs) throw new RangeError("The range ends before it starts. Swap the two ends.");
  if (toMs - fromMs < MIN_SPAN_MS) throw new RangeError("The shortest range is one second.");
  if (toMs - fromMs > MAX_SPAN_MS) throw new RangeError("The longest range is five years.");
  return { fromMs, toMs, live: range.to.trim() === "now" };
}

/** A range twice as long around the same middle, never past now when it was live. */
export function zoomOut(range: ResolvedRange, nowMs: number): TimeRange {
  const half = (range.toMs - range.fromMs) / 2;
  if (range.live) {
    const seconds = Math.round((range.toMs - range.fromMs) / 500);
    return { from: relativeFrom(seconds), to: "now" };
  }
  return absoluteRange(range.fromMs - half, Math.min(nowMs, range.toMs + half));
}

/** A link for two instants. */
export function absoluteRange(fromMs: number, toMs: number): TimeRange {
  return { from: String(Math.round(fromMs)), to: String(Math.round(toMs)) };
}

function relativeFrom(seconds: number): string {
  if (seconds % 86_400 === 0) return `now-${seconds / 86_400}d`;
  if (seconds % 3_600 === 0) return `now-${seconds / 3_600}h`;
  if (seconds % 60 === 0) return `now-${seconds / 60}m`;
  return `now-${seconds}s`;
}

/** How a range reads on its button: `now−6h to now`, or the two times in the zone shown. */
export function describeRange(range: TimeRange, timeZone: string): string {
  const end = (text: string): string => {
    if (text.startsWith("now")) return text.replace("-", "−");
    const ms = parseInstant(text, 0);
    if (ms === null) return text.slice(0, 24);
    return new Intl.DateTimeFormat("en-GB", {
      timeZone,
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      second: ms % 60_000 === 0 ? undefined : "2-digit",
    }).format(ms);
  };
  return `${end(range.from)} to ${end(range.to)}`;
}

/** How often a live page asks again: one pixel's worth of time, between 1 s and 5 min. A faster pace would draw the same picture. */
export function autoRefreshMs(spanMs: number): number {
  return Math.min(300_000, Math.max(1_000, Math.round(spanMs / 1_000)));
}
