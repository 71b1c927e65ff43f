import { type CapabilityState } from "./needs";
import {
  BASELINE_COVERAGE,
  BASELINE_DAYS,
  type Confirmed,
  type KpiFacts,
  type MustMeet,
  mustMeets,
} from "./must-meets";
import type { ReturnRange } from "./ninety-day-return";
import type { Candidate, RankingPolicy } from "./ranking";
import { type KpiClarity, kpiClarityPart, readinessPart, sponsorshipPart, valuePart, type Weights } from "./score";
import { allOf, type Fact, holds, known, unknown, type Verdict } from "./three-valued";
import { type ExpectedCash, expectedCash, netValueOf, outlayCents, type UseCaseFigures } from "./use-case-figures";

/** How the portfolio is ranked, and its money: `value_policies`. Version 0 is what holds before anybody decided. */
export interface ValuePolicy {
  version: number;
  currency: string;
  budgetCents: number;
  /** per year */
  discountRate: number;
  weights: Weights;
  rankedBy: "value" | "score";
}

export const FIRST_POLICY: ValuePolicy = {
  version: 0,
  currency: "EUR",
  budgetCents: 0,
  discountRate: 0.08,
  weights: { value: 40, readiness: 25, kpiClarity: 20, sponsorship: 15 },
  rankedBy: "value",
};

/** The scarce resource of every policy until hours of skills are known. */
export const SCARCE = "money";

/** The policy as the ranking takes it. */
export function rankingOf({ version, weights, rankedBy }: ValuePolicy): RankingPolicy {
  return { version, weights, order: rankedBy, scarce: SCARCE };
}

/** A KPI that a use case promises to move, as far as the checks look at it. */
export interface BoundKpi extends KpiFacts {
  hasOwner: boolean;
  hasDatedTarget: boolean;
}

/** What is known of a use case now. */
export interface UseCaseFacts {
  id: string;
  owner: Confirmed;
  sponsor: Confirmed;
  committedCents: number | null;
  /** null before anybody reviewed it */
  objections: readonly string[] | null;
  figures: UseCaseFigures | null;
  forecast: Pick<ReturnRange, "p10" | "p50" | "p90" | "chanceOfGain"> | null;
  capabilities: readonly CapabilityState[];
  kpis: readonly BoundKpi[];
  /** change for the better that it promises, and the least that its KPI can show; both in the KPI's unit */
  expectedEffect: Fact<number>;
  detectableEffect: Fact<number>;
  /** what would make it visible where it is not, in a sentence */
  remedies?: string;
}

/** Where a use case stands: what it is ranked on, and why. */
export interface Standing {
  candidate: Candidate;
  checks: readonly MustMeet[];
  clarity: KpiClarity;
  /** checks of its KPI that pass, of six */
  clear: number;
  outlayCents: number | null;
  /** null without an estimate */
  cash: ExpectedCash | null;
}

const NO_ESTIMATE = "nobody has estimated it";
const VERDICTS: Readonly<Record<CapabilityState["state"], Verdict>> = {
  satisfied: "pass",
  degraded: "fail",
  missing: "fail",
  unknown: "unknown",
};

/** What has still to be bought for it: the cheapest provider of every capability that is not satisfied now, in cents. */
export function missingCentsOf(capabilities: readonly Pick<CapabilityState, "state" | "costCents">[]): number {
  return capabilities.reduce((sum, { state, costCents }) => sum + (state === "satisfied" ? 0 : costCents), 0);
}

/**
 * A use case's parts of the score, its must-meets and its money, from what is known now and from nothing of any other use case. What is
 * not known gives no points and is named with its reason.
 */
export function standingOf(facts: UseCaseFacts, policy: ValuePolicy, nowMs: number): Standing {
  const { id, owner, sponsor, figures, forecast, capabilities, kpis, expectedEffect, detectableEffect } = facts;
  const missingCents = missingCentsOf(capabilities);
  const clarity = clarityOf(facts);
  const unacceptable = facts.objections
    ? known(facts.objections)
    : unknown<readonly string[]>("Nobody has reviewed safety and law.");
  const met = mustMeets(
    { owner, sponsor, kpis, expectedEffect, detectableEffect, unacceptable, remedies: facts.remedies },
    nowMs,
  );
  const outlay = figures ? outlayCents(figures, missingCents) : null;
  return {
    candidate: {
      id,
      mustMeets: met.verdict,
      netValueCents: figures ? Math.round(netValueOf(figures, missingCents, policy.discountRate).value) : 0,
      uses: outlay === null ? {} : { [SCARCE]: outlay },
      parts: {
        value: forecast ? known(valuePart(forecast.p50)) : unknown(NO_ESTIMATE),
        readiness:
          capabilities.length === 0
            ? unknown("nobody has said what it needs")
            : known(readinessPart(capabilities.map(({ costCents, state }) => ({ costCents, state: VERDICTS[state] })))),
        kpiClarity: kpis.length === 0 ? unknown("no KPI is bound") : known(kpiClarityPart(clarity)),
        sponsorship: known(sponsorshipPart(sponsor, facts.committedCents !== null, nowMs)),
      },
    },
    checks: met.checks,
    clarity,
    clear: Object.values(clarity).filter((verdict) => verdict === "pass").length,
    outlayCents: outlay,
    cash: figures ? expectedCash(figures, missingCents) : null,
  };
}

/** The six checks of the clearest of its KPIs. */
function clarityOf({ kpis, expectedEffect, detectableEffect }: UseCaseFacts): KpiClarity {
  const none: KpiClarity = {
    owner: "fail",
    unitAndDirection: "fail",
    liveBinding: "fail",
    baseline: "fail",
    datedTarget: "fail",
    measurable: "fail",
  };
  const measurable = !expectedEffect.known
    ? "unknown"
    : holds(detectableEffect, (least) => expectedEffect.value >= least);
  const each = kpis.map(
    ({ hasOwner, hasDatedTarget, live, baselineDays, coverage }): KpiClarity => ({
      owner: hasOwner ? "pass" : "fail",
      unitAndDirection: "pass",
      liveBinding: holds(live, (alive) => alive),
      baseline: allOf([
        holds(baselineDays, (days) => days >= BASELINE_DAYS),
        holds(coverage, (share) => share >= BASELINE_COVERAGE),
      ]),
      datedTarget: hasDatedTarget ? "pass" : "fail",
      measurable,
    }),
  );
  const [best] = each.sort((a, b) => kpiClarityPart(b) - kpiClarityPart(a));
  return best ?? none;
}
