import type { Estimate } from "./estimate";
import { formatMoney } from "./money-words";

/** An effect that is promised, in the KPI's unit a day, and what one unit of it is worth, in cents. */
export interface ValuedEffect extends Estimate {
  valueCents: Estimate;
}

/** Cents a day that one effect is worth in its likeliest case. */
export function effectCents({ mode, valueCents }: ValuedEffect): number {
  return mode * valueCents.mode;
}

/** A benefit may be this far from what the KPIs say, as a share of the larger of the two, before somebody should look. */
const ALIKE = 0.25;

/**
 * What the promised effects are worth a day, Σ effect · value per unit (governance.md b3), beside the benefit that was estimated, both in
 * their likeliest case and before adoption. Null where either is missing or the KPIs are worth nothing.
 */
export function benefitBesideKpis(
  effects: readonly ValuedEffect[],
  estimatedCents: number | null,
  currency: string,
): { isAlike: boolean; says: string } | null {
  const byKpis = effects.reduce((sum, effect) => sum + effectCents(effect), 0);
  if (estimatedCents === null || byKpis <= 0) return null;
  const isAlike = Math.abs(byKpis - estimatedCents) <= ALIKE * Math.max(byKpis, estimatedCents);
  const [kpis, estimate] = [byKpis, estimatedCents].map((cents) => formatMoney(Math.round(cents), currency));
  if (isAlike) return { isAlike, says: `Its KPIs are worth ${kpis} a day, as the estimate says: ${estimate}.` };
  const way = estimatedCents > byKpis ? "more" : "less";
  return {
    isAlike,
    says: `The estimate says ${estimate} a day, ${way} than its KPIs are worth: ${kpis}. Mend the estimate, the effects or what a unit is worth.`,
  };
}
