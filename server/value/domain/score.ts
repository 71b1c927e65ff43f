import { type Explained, term } from "./explained";
import { type Fault, FigureError, numberFault } from "./fault";
import { type Confirmed, isFresh } from "./must-meets";
import { type Fact, known, type Verdict } from "./three-valued";

/** How many points of 100 each part can give. Policy: changed by a new version, never in place. */
export interface Weights {
  value: number;
  readiness: number;
  kpiClarity: number;
  sponsorship: number;
}

export const DEFAULT_WEIGHTS: Weights = { value: 40, readiness: 25, kpiClarity: 20, sponsorship: 15 };

/** Everything wrong with weights; empty when they can be used. */
export function weightsFaults(weights: Weights): Fault[] {
  const entries = Object.entries(weights);
  const faults = entries
    .map(([name, weight]) => numberFault(`weights.${name}`, weight, { min: 0, max: 100 }))
    .filter((fault) => fault !== null);
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  if (faults.length === 0 && Math.abs(total - 100) > 1e-9) {
    faults.push({ field: "weights", code: "out_of_range", hint: `The weights add up to ${total}; make them 100.` });
  }
  return faults;
}

/**
 * The four parts of the score, each 0–1 by itself and by nothing else: no part is measured against another use case, so
 * adding an idea moves nobody.
 */
export interface ScoreParts {
  value: Fact<number>;
  readiness: Fact<number>;
  kpiClarity: Fact<number>;
  sponsorship: Fact<number>;
}

const PARTS = ["value", "readiness", "kpiClarity", "sponsorship"] as const;
const PART_NAMES = {
  value: "90-day return",
  readiness: "readiness",
  kpiClarity: "KPI clarity",
  sponsorship: "sponsorship",
} as const;

/** Of the median 90-day return: −50 % gives 0, 0 gives ⅓, +100 % gives 1, and nothing beyond. */
export function valuePart(medianReturn: number): number {
  return Math.min(1, Math.max(0, (medianReturn + 0.5) / 1.5));
}

/** What a use case needs and whether it is there: only what its live check passes now counts as there. */
export interface NeededAsset {
  costCents: number;
  state: Verdict;
}

/**
 * 1 − what is still to be paid / what everything costs (governance.md b4). A need that costs nothing more, such as a sensor found in the
 * plant, weighs as much as the mean of those that cost something, or all alike where none does: by its money alone it could die
 * without taking anything off.
 */
export function readinessPart(assets: readonly NeededAsset[]): number {
  if (assets.length === 0) return 1;
  const priced = assets.filter(({ costCents }) => costCents > 0);
  const mean = priced.length === 0 ? 1 : priced.reduce((sum, { costCents }) => sum + costCents, 0) / priced.length;
  const weigh = (some: readonly NeededAsset[]): number =>
    some.reduce((sum, { costCents }) => sum + (costCents > 0 ? costCents : mean), 0);
  const there = assets.filter(({ state }) => state === "pass");
  return weigh(there) / weigh(assets);
}

/** The six checks of a clear KPI. */
export interface KpiClarity {
  owner: Verdict;
  unitAndDirection: Verdict;
  liveBinding: Verdict;
  baseline: Verdict;
  datedTarget: Verdict;
  measurable: Verdict;
}

/** Checks passed / 6. Unknown does not pass. */
export function kpiClarityPart(checks: KpiClarity): number {
  const verdicts = Object.values(checks);
  return verdicts.filter((verdict) => verdict === "pass").length / verdicts.length;
}

/** A third each for a named sponsor, a confirmation of the last 90 days, and an approved budget line. */
export function sponsorshipPart(sponsor: Confirmed, budgetApproved: boolean, nowMs: number): number {
  const claims = [sponsor.person !== null, isFresh(sponsor, nowMs), budgetApproved];
  return claims.filter(Boolean).length / claims.length;
}

/** A score and how far it could rise if what is unknown turned out well. */
export interface Score extends Explained {
  atMost: number;
  unknowns: readonly string[];
}

/**
 * The Throughline score, 0–100: 40·value + 25·readiness + 20·KPI clarity + 15·sponsorship by the default weights. A part
 * that is not known gives no points and is named; `atMost` says what it could still give. Source of the parts: governance.md b4.
 *
 * @throws {FigureError} when the weights cannot be used, or a part is outside 0–1
 */
export function throughlineScore(parts: ScoreParts, weights: Weights = DEFAULT_WEIGHTS): Score {
  const [fault] = weightsFaults(weights);
  if (fault) throw new FigureError(fault);
  let value = 0;
  let open = 0;
  const terms = [];
  const unknowns = [];
  for (const part of PARTS) {
    const fact = parts[part];
    if (fact.known) {
      const wrong = numberFault(part, fact.value, { min: 0, max: 1 });
      if (wrong) throw new FigureError(wrong);
      value += weights[part] * fact.value;
    } else {
      open += weights[part];
      unknowns.push(`${PART_NAMES[part]}: ${fact.why}`);
    }
    terms.push(term(PART_NAMES[part], fact.known ? weights[part] * fact.value : 0, "points"));
  }
  return {
    value,
    atMost: value + open,
    unknowns,
    unit: "points",
    formula: PARTS.map((part) => `${weights[part]} · ${PART_NAMES[part]}`).join(" + "),
    terms,
  };
}

/** The parts when all four are known. */
export function knownParts(parts: { [Part in keyof ScoreParts]: number }): ScoreParts {
  return {
    value: known(parts.value),
    readiness: known(parts.readiness),
    kpiClarity: known(parts.kpiClarity),
    sponsorship: known(parts.sponsorship),
  };
}
