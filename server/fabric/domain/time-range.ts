/**
 * Time ranges as people type them and as links carry them.
 *
 * In a link: `from=now-6h&to=now`, where each end is `now`, `now-<n><unit>`, epoch ms, or ISO 8601 with a zone.
 * Typed: `3h`, `45 m`, `now-2d to now-1d`, `2026-11-24 06:00 to 2026-11-24 12:30` (read in the zone of the picker).
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
  if (/^\d{10,16}(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})$/.test(trimmed)) {
    const ms = Date.parse(trimmed);
    return Number.isFinite(ms) ? ms : null;
  }
  return null;
}

/**
 * The instants that a link means now.
 *
 * @throws {RangeError} with a sentence for the reader: an end that is not a time, an end before its start, a range under
 *   1 s or over 5 years
 */
export function resolveRange(range: TimeRange, nowMs: number): ResolvedRange {
  const fromMs = parseInstant(range.from, nowMs);
  const toMs = parseInstant(range.to, nowMs);
  if (fromMs === null)
    throw new RangeError(`“${range.from}” is not a time. Write now-6h, or a date such as 2026-11-24T06:00Z.`);
  if (toMs === null)
    throw new RangeError(`“${range.to}” is not a time. Write now, or a date such as 2026-11-24T12:30Z.`);
  if (toMs <= fromMs) throw new RangeError("The range ends before it starts. Swap the two ends.");
  if (toMs - fromMs < MIN_SPAN_MS) throw new RangeError("The shortest range is one second.");
  if (toMs - fromMs > MAX_SPAN_MS) throw new RangeError("The longest range is five years.");
  return { fromMs, toMs, live: range.to.trim() === "now" };
}

/**
 * What somebody typed into the picker, as a range for the link.
 *
 * @param timeZone IANA name that dates without a zone are read in
 * @throws {RangeError} with a sentence for the reader
 */
export function parseTypedRange(text: string, nowMs: number, timeZone: string): TimeRange {
  const trimmed = text.trim().toLowerCase().replace(/−/g, "-");
  const span = /^(?:last\s+)?(\d{1,6})\s*([smhdw])$/.exec(trimmed);
  let range: TimeRange | null = null;
  if (span) range = { from: `now-${span[1]}${span[2]}`, to: "now" };
  const ends = trimmed.split(/\s+(?:to|-|–|until)\s+/);
  if (!range && ends.length === 2) {
    const from = typedInstant(ends[0] ?? "", timeZone);
    const to = typedInstant(ends[1] ?? "", timeZone);
    if (from !== null && to !== null) range = { from, to };
  }
  if (!range)
    throw new RangeError("Write a length such as 3h or 7d, or two times such as 2026-11-24 06:00 to 2026-11-24 12:30.");
  resolveRange(range, nowMs);
  return range;
}

function typedInstant(text: string, timeZone: string): string | null {
  const trimmed = text.trim().replace(/\s*-\s*(?=\d+[smhdw]$)/, "-");
  if (/^now(-\d{1,6}[smhdw])?$/.test(trimmed)) return trimmed;
  if (parseInstant(trimmed.toUpperCase(), 0) !== null) return trimmed.toUpperCase();
  const local = /^(\d{4})-(\d{2})-(\d{2})(?:[t ](\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(trimmed);
  if (!local) return null;
  const [year, month, day, hour, minute, second] = local.slice(1).map((part) => Number(part ?? 0));
  const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0);
  if (!Number.isFinite(wall)) return null;
  return String(zonedToEpochMs(wall, timeZone));
}

/**
 * The instant at which a wall clock in `timeZone` shows `wallMs` (written as if it were UTC). In the hour that a clock change
 * repeats, the first of the two; in the hour that it skips, the instant the same distance after the change.
 */
export function zonedToEpochMs(wallMs: number, timeZone: string): number {
  const before = wallMs - offsetMs(wallMs - 86_400_000, timeZone);
  if (before + offsetMs(before, timeZone) === wallMs) return before;
  const after = wallMs - offsetMs(wallMs + 86_400_000, timeZone);
  return after + offsetMs(after, timeZone) === wallMs ? after : before;
}

/** How far a wall clock in `timeZone` is ahead of UTC at an instant, in ms. */
function offsetMs(epochMs: number, timeZone: string): number {
  const parts = new Map(
    new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    })
      .formatToParts(epochMs)
      .map((part) => [part.type, Number(part.value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return wall - Math.floor(epochMs / 1_000) * 1_000;
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
    const ms = parseInstant(text, 0);
    if (text.startsWith("now") || ms === null) return text.replace("-", "−");
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
