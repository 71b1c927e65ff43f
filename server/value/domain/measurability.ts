import { inflation, type Noise } from "./autocorrelation";
import { normalQuantile } from "./distributions";
import { demandNumber } from "./fault";

/** Two-sided 5 % false alarms, 80 % of real effects found. */
const Z = normalQuantile(0.975) + normalQuantile(0.8);

/**
 * The smallest change of a KPI's daily mean that can be told from its noise:
 *
 *     MDE = (z.975 + z.8) · σ · √(1/n₀ + 1/n₁) · √((1 + ρ)/(1 − ρ))
 *
 * Source: governance.md b3; the power of comparing two means, with fewer independent days by autocorrelation (Bayley and Hammersley 1946).
 * n₀ days before, n₁ after. Leaving out the last factor would promise to see half of what can be seen at ρ = 0.6.
 *
 * @throws {FigureError} naming the field
 */
export function detectableEffect(
  noise: Pick<Noise, "deviation" | "rho">,
  daysBefore: number,
  daysAfter: number,
): number {
  demandNumber("deviation", noise.deviation, { min: 0 });
  demandNumber("rho", noise.rho, { min: 0, max: 0.99 });
  demandNumber("daysBefore", daysBefore, { above: 0 });
  demandNumber("daysAfter", daysAfter, { above: 0 });
  return Z * noise.deviation * Math.sqrt(1 / daysBefore + 1 / daysAfter) * Math.sqrt(inflation(noise.rho));
}

/** One way to make an effect visible. `days: null` = no length of it is enough by itself. */
export type Remedy =
  | { kind: "longer baseline"; days: number | null }
  | { kind: "longer window"; days: number | null }
  /** share of the KPI's variance that drivers or control units would have to explain */
  | { kind: "less noise"; shareToExplain: number };

export interface Measurability {
  measurable: boolean;
  detectable: number;
  /** what would make it measurable, empty when it is */
  remedies: readonly Remedy[];
}

/**
 * Whether an expected effect can be seen in the window, and if not, what would fix it: more baseline, a longer window, or a
 * quieter KPI (drivers in its baseline, control units beside it, or another KPI altogether).
 *
 * @throws {FigureError} naming the field
 */
export function measurability(effect: number, noise: Noise, daysBefore: number, daysAfter: number): Measurability {
  demandNumber("effect", effect, { above: 0 });
  const detectable = detectableEffect(noise, daysBefore, daysAfter);
  if (effect >= detectable) return { measurable: true, detectable, remedies: [] };
  return {
    measurable: false,
    detectable,
    remedies: [
      { kind: "longer baseline", days: daysNeeded(effect, noise, daysAfter) },
      { kind: "longer window", days: daysNeeded(effect, noise, daysBefore) },
      { kind: "less noise", shareToExplain: 1 - (effect / detectable) ** 2 },
    ],
  };
}

/**
 * What would make an effect visible, in one sentence; empty when it can be seen already. `effect` in the KPI's unit, above 0; n₀ is the days
 * that its noise was found in.
 *
 * @throws {FigureError} naming the field
 */
export function remedyWords(effect: number, noise: Noise, daysAfter: number): string {
  const { remedies } = measurability(effect, noise, noise.days, daysAfter);
  const said = remedies.flatMap((remedy) => {
    if (remedy.kind === "less noise") {
      const percent = Math.ceil(remedy.shareToExplain * 100 - 1e-9);
      return [`a KPI whose drivers explain ${percent} % of its variance, or one that scatters less`];
    }
    if (remedy.days === null) return [];
    return remedy.kind === "longer baseline"
      ? [`a baseline of ${remedy.days} days instead of ${noise.days}`]
      : [`a window of ${remedy.days} days after go-live instead of ${daysAfter}`];
  });
  return said.length === 0 ? "" : `What would show it: ${said.join("; or ")}.`;
}

/** Days on one side that make the effect visible while the other side stays; `null` when the other side alone hides it. */
function daysNeeded(effect: number, { deviation, rho }: Noise, otherDays: number): number | null {
  const room = (effect / (Z * deviation)) ** 2 / inflation(rho) - 1 / otherDays;
  return room > 0 ? Math.ceil(1 / room - 1e-9) : null;
}
