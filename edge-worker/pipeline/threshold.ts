import { AGGREGATES, type ThresholdSpec, durationMs } from "@/sdk/wire/pipeline";
import type { Scored } from "./infer";

export interface Raised {
  kind: string;
  severity: ThresholdSpec["severity"];
  state: "raised" | "cleared";
  on: string;
  value: number;
  limit: number;
  /** when the condition began to hold, epoch ms */
  sinceMs: number;
}

export interface Watched extends Scored {
  events: readonly Raised[];
  /** the score is at or over the model's limit, or a threshold is raised */
  isAlarm: boolean;
}

/** How far a value must come back before an alarm clears, as a share of the limit, when `clear` is not given. */
const HYSTERESIS = 0.1;

/**
 * Adds events to windows. Per rule: **quiet** until the value has been past the limit for `for` (then one event
 * `raised`), **raised** until it has been back past `clear` for as long (then one event `cleared`). Between limit and
 * clear nothing changes, so a value that trembles at the limit gives one event, not a hundred. A window without the
 * value leaves the state as it is. A score without a limit of its own uses the model's.
 */
export async function* watch(items: AsyncIterable<Scored>, rules: readonly ThresholdSpec[]): AsyncGenerator<Watched> {
  const states = rules.map((rule) => ({
    rule,
    valueOf: reader(rule.on),
    forMs: durationMs(rule.for),
    isRaised: false,
    sinceMs: null as number | null,
  }));
  for await (const { window, verdict } of items) {
    const events: Raised[] = [];
    let isAlarm = verdict !== null && verdict.score >= verdict.threshold;
    for (const state of states) {
      const { rule, forMs } = state;
      const value = state.valueOf(window, verdict);
      const limit = rule.above ?? rule.below ?? verdict?.threshold ?? Number.NaN;
      if (Number.isFinite(value) && Number.isFinite(limit)) {
        const side = rule.below === undefined ? 1 : -1;
        const clear = rule.clear ?? limit - side * HYSTERESIS * Math.abs(limit);
        const holds = state.isRaised ? side * (value - clear) < 0 : side * (value - limit) >= 0;
        if (!holds) state.sinceMs = null;
        else {
          state.sinceMs ??= window.toMs;
          if (window.toMs - state.sinceMs >= forMs) {
            state.isRaised = !state.isRaised;
            events.push({
              kind: rule.kind,
              severity: state.isRaised ? rule.severity : "info",
              state: state.isRaised ? "raised" : "cleared",
              on: rule.on,
              value,
              limit,
              sinceMs: state.sinceMs,
            });
            state.sinceMs = null;
          }
        }
      }
      isAlarm ||= state.isRaised;
    }
    yield { window, verdict, events, isAlarm };
  }
}

/** What a rule looks at, NaN when a window does not have it. */
function reader(on: string): (window: Scored["window"], verdict: Scored["verdict"]) => number {
  if (on === "score") return (_, verdict) => verdict?.score ?? Number.NaN;
  const [alias = "", name] = on.split(".");
  const agg = AGGREGATES.find((known) => known === name);
  return agg ? ({ series }) => series.aggregate(alias, agg) : () => Number.NaN;
}
