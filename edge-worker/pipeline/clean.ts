import { type CleanRule, durationMs } from "@/sdk/wire/pipeline";
import type { Quality } from "@/sdk/wire/quality";
import { converter } from "@/sdk/wire/units";
import type { Sample } from "../samples";

/** A cleaning rule in the unit of its stream. */
export interface CompiledRule {
  low: number;
  high: number;
  stuckMs: number;
  /** robust standard deviations from the recent median; Infinity = off */
  despike: number;
}

/** @throws {RangeError} when the range is in a unit of another dimension */
export function compileRule(rule: CleanRule, streamUnit: string): CompiledRule {
  const toStream = rule.range ? converter(rule.range[2], streamUnit) : (value: number) => value;
  return {
    low: rule.range ? toStream(rule.range[0]) : Number.NEGATIVE_INFINITY,
    high: rule.range ? toStream(rule.range[1]) : Number.POSITIVE_INFINITY,
    stuckMs: rule.stuck ? durationMs(rule.stuck) : Number.POSITIVE_INFINITY,
    despike: rule.despike ?? Number.POSITIVE_INFINITY,
  };
}

/** Readings that the spike test looks back on. */
const HISTORY = 9;
/** So many jumps in a row are a step of the process, not spikes. */
const STEP_AFTER = 3;

interface StreamState {
  last: number | null;
  sinceMs: number;
  recent: number[];
  jumps: number;
}

/**
 * Marks readings that cannot be trusted; the value itself is kept, so nothing is lost to a wrong rule. A reading that
 * arrives with a quality keeps it. Order and times are untouched; a source error ends the stage.
 */
export async function* clean<T>(
  items: AsyncIterable<T | Sample>,
  rules: ReadonlyMap<string, CompiledRule>,
): AsyncGenerator<T | Sample> {
  const mark = cleaner(rules);
  for await (const item of items) yield isSample(item) ? mark(item) : item;
}

/** The rule book as a function with memory, for callers that hold one sample at a time. */
export function cleaner(rules: ReadonlyMap<string, CompiledRule>): (sample: Sample) => Sample {
  const states = new Map<string, StreamState>();
  return (sample) => {
    let quality: Record<string, Quality> | null = null;
    for (const [key, rule] of rules) {
      const value = sample.values[key];
      if (value === undefined || value === null || sample.quality?.[key] !== undefined) continue;
      let state = states.get(key);
      if (!state) states.set(key, (state = { last: null, sinceMs: sample.tsMs, recent: [], jumps: 0 }));
      const word = judge(value, sample.tsMs, rule, state);
      if (word) (quality ??= { ...sample.quality })[key] = word;
    }
    return quality ? { tsMs: sample.tsMs, values: sample.values, quality } : sample;
  };
}

function judge(value: number, tsMs: number, rule: CompiledRule, state: StreamState): Quality | null {
  if (value !== state.last) {
    state.last = value;
    state.sinceMs = tsMs;
  }
  if (value < rule.low || value > rule.high) return "out-of-range";
  if (tsMs - state.sinceMs >= rule.stuckMs) return "stuck";
  if (rule.despike !== Number.POSITIVE_INFINITY && isSpike(value, rule.despike, state)) return "uncertain";
  return null;
}

/** Hampel's test: far from the median of the recent readings, measured in their median absolute deviation. */
function isSpike(value: number, limit: number, state: StreamState): boolean {
  if (state.recent.length === HISTORY) {
    const centre = median(state.recent);
    const spread = 1.4826 * median(state.recent.map((recent) => Math.abs(recent - centre)));
    if (spread > 0 && Math.abs(value - centre) > limit * spread) {
      state.jumps += 1;
      if (state.jumps < STEP_AFTER) return true;
      state.recent = [];
    }
    state.recent.shift();
  }
  state.jumps = 0;
  state.recent.push(value);
  return false;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

export function isSample(item: unknown): item is Sample {
  return typeof item === "object" && item !== null && "values" in item;
}
