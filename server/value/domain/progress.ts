import { type Fact, known } from "./three-valued";

/** A KPI on its way from a baseline to a target. */
export interface Progress {
  baseline: number;
  target: number;
  now: Fact<{ value: number }>;
}

/**
 * How far a KPI is from its baseline to its target, also where less is better: s = clamp((v − b)/(t − b), 0, 1), and the same unclamped,
 * which says how far it fell back or went beyond (governance.md b5). Unknown while the KPI is.
 *
 * @throws {RangeError} when baseline and target are the same
 */
export function progressOf({ baseline, target, now }: Progress): Fact<{ share: number; raw: number }> {
  if (baseline === target) throw new RangeError("a target that is the baseline has no way to it");
  if (!now.known) return now;
  const raw = (now.value.value - baseline) / (target - baseline);
  return known({ share: Math.min(1, Math.max(0, raw)), raw });
}
