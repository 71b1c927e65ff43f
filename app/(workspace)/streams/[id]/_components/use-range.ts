"use client";
import { parseAsString, useQueryStates } from "nuqs";
import {
  absoluteRange,
  DEFAULT_RANGE,
  resolveRange,
  zoomOut,
  type ResolvedRange,
  type TimeRange,
} from "@/server/fabric/domain/time-range";

/** The range in the link: `from=now-6h&to=now`. Each change is a step of the browser's history, so Back zooms out. */
export function useRange(): { range: TimeRange; setRange: (range: TimeRange) => void } {
  const [range, setRange] = useQueryStates(
    { from: parseAsString.withDefault(DEFAULT_RANGE.from), to: parseAsString.withDefault(DEFAULT_RANGE.to) },
    { history: "push", clearOnDefault: false },
  );
  return { range, setRange: (next) => void setRange(next) };
}

/** The instants of a link; a link that cannot be read falls back to the default range and says why. */
export function resolveOrDefault(range: TimeRange, nowMs: number): { resolved: ResolvedRange; problem: string | null } {
  try {
    return { resolved: resolveRange(range, nowMs), problem: null };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return { resolved: resolveRange(DEFAULT_RANGE, nowMs), problem: cause.message };
  }
}

/** The next range of each gesture. */
export const gestures = {
  zoomTo: (fromMs: number, toMs: number): TimeRange =>
    toMs - fromMs < 1_000
      ? absoluteRange((fromMs + toMs) / 2 - 500, (fromMs + toMs) / 2 + 500)
      : absoluteRange(fromMs, toMs),
  zoomIn: ({ fromMs, toMs }: ResolvedRange): TimeRange =>
    gestures.zoomTo(fromMs + (toMs - fromMs) / 4, toMs - (toMs - fromMs) / 4),
  zoomOut,
  pan: ({ fromMs, toMs }: ResolvedRange, direction: -1 | 1, nowMs: number): TimeRange => {
    const half = ((toMs - fromMs) / 2) * direction;
    const over = Math.max(0, toMs + half - nowMs);
    return absoluteRange(fromMs + half - over, toMs + half - over);
  },
};
