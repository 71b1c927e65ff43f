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
import { checkZone } from "@/server/fabric/domain/wall-time";

/** Zone of this device, under this name in a link, so that a link means the reader's own clock. */
export const DEVICE_ZONE = "device";

export interface RangeInLink {
  range: TimeRange;
  setRange: (range: TimeRange) => void;
  /** As the link says it: null is the site's own zone. */
  zoneChoice: string | null;
  setZone: (choice: string | null) => void;
  /** IANA name of the zone that times are shown and read in. */
  timeZone: string;
  /** What is wrong with the zone of the link, in a sentence. */
  zoneProblem: string | null;
}

/**
 * The time range of the whole workspace, in the link: `from=now-6h&to=now`, and `tz=UTC` when times are not shown in the site's own zone.
 * Each change of the range is a step of the browser's history, so Back zooms out.
 */
export function useRange(siteZone: string): RangeInLink {
  const [{ from, to, tz }, set] = useQueryStates(
    {
      from: parseAsString.withDefault(DEFAULT_RANGE.from),
      to: parseAsString.withDefault(DEFAULT_RANGE.to),
      tz: parseAsString,
    },
    { history: "push", clearOnDefault: false },
  );
  const { timeZone, problem } = zoneOf(tz, siteZone);
  return {
    range: { from, to },
    setRange: (next) => void set(next),
    zoneChoice: tz,
    setZone: (choice) => void set({ tz: choice }, { history: "replace" }),
    timeZone,
    zoneProblem: problem,
  };
}

function zoneOf(choice: string | null, siteZone: string): { timeZone: string; problem: string | null } {
  if (choice === null || choice === "") return { timeZone: siteZone, problem: null };
  if (choice === DEVICE_ZONE)
    return { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone || siteZone, problem: null };
  try {
    checkZone(choice);
    return { timeZone: choice, problem: null };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return { timeZone: siteZone, problem: cause.message };
  }
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
