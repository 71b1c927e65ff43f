import { allOf, anyOf, type Fact, holds, type Verdict } from "./three-valued";

/** A confirmation is good for this long; then the person has to say again that they stand behind it. */
export const CONFIRMATION_DAYS = 90;
/** The least history a KPI must have before its change can be judged. */
export const BASELINE_DAYS = 28;
/** The least share of the baseline's windows that must hold data. */
export const BASELINE_COVERAGE = 0.9;

const DAY_MS = 86_400_000;

/** A named person and when they last confirmed; `null` when nobody is named or nothing was confirmed. */
export interface Confirmed {
  person: string | null;
  confirmedAtMs: number | null;
}

/** A KPI as the check sees it. */
export interface KpiFacts {
  name: string;
  /** it is computed from a live series, and that series is alive now */
  live: Fact<boolean>;
  baselineDays: Fact<number>;
  /** share of the baseline's windows with data, 0–1 */
  coverage: Fact<number>;
}

export interface MustMeetFacts {
  owner: Confirmed;
  sponsor: Confirmed;
  kpis: readonly KpiFacts[];
  /** expected effect, for the better, and the smallest that the KPI can show in the window; both in the KPI's unit */
  expectedEffect: Fact<number>;
  detectableEffect: Fact<number>;
  /** what would make an effect visible that is not, in a sentence; left out where nobody knows */
  remedies?: string;
  /** safety or legal reasons against it, in words; an empty list after a review, unknown before one */
  unacceptable: Fact<readonly string[]>;
}

/** One must-meet with its verdict and the reason in one sentence. */
export interface MustMeet {
  id: "owner" | "sponsor" | "kpi" | "measurable" | "acceptable";
  verdict: Verdict;
  why: string;
}

/**
 * The must-meets before any ranking. No score compensates for one: a use case that nobody stands behind, or whose effect
 * cannot be seen, is not funded because it would pay well. Source: governance.md b4.
 */
export function mustMeets(facts: MustMeetFacts, nowMs: number): { verdict: Verdict; checks: readonly MustMeet[] } {
  const checks = [
    person("owner", facts.owner, nowMs),
    person("sponsor", facts.sponsor, nowMs),
    kpi(facts.kpis),
    measurable(facts),
    acceptable(facts.unacceptable),
  ];
  return { verdict: allOf(checks.map(({ verdict }) => verdict)), checks };
}

/** Named, and confirmed no longer than 90 days ago. A confirmation from the future is none. */
export function isFresh({ person, confirmedAtMs }: Confirmed, nowMs: number): boolean {
  if (person === null || confirmedAtMs === null) return false;
  const ageMs = nowMs - confirmedAtMs;
  return ageMs >= 0 && ageMs <= CONFIRMATION_DAYS * DAY_MS;
}

function person(id: "owner" | "sponsor", confirmed: Confirmed, nowMs: number): MustMeet {
  if (confirmed.person === null) return { id, verdict: "fail", why: `No ${id} is named.` };
  if (confirmed.confirmedAtMs === null) return { id, verdict: "fail", why: `${confirmed.person} has not confirmed.` };
  if (isFresh(confirmed, nowMs)) return { id, verdict: "pass", why: `${confirmed.person} confirmed.` };
  const days = Math.floor((nowMs - confirmed.confirmedAtMs) / DAY_MS);
  return {
    id,
    verdict: "fail",
    why: `${confirmed.person} confirmed ${days} days ago; ${CONFIRMATION_DAYS} is the limit.`,
  };
}

function kpi(kpis: readonly KpiFacts[]): MustMeet {
  const verdicts = kpis.map(({ live, baselineDays, coverage }) =>
    allOf([
      holds(live, (alive) => alive),
      holds(baselineDays, (days) => days >= BASELINE_DAYS),
      holds(coverage, (share) => share >= BASELINE_COVERAGE),
    ]),
  );
  const verdict = anyOf(verdicts);
  if (verdict === "pass") {
    const first = kpis.find((_, index) => verdicts[index] === "pass");
    return { id: "kpi", verdict, why: `${first?.name} is live with a baseline.` };
  }
  if (kpis.length === 0) return { id: "kpi", verdict, why: "No KPI is bound." };
  const reasons = kpis.map(({ name, live, baselineDays, coverage }) => {
    const gap = [live, baselineDays, coverage].find((fact) => !fact.known);
    if (gap && !gap.known) return `${name}: ${gap.why}`;
    if (live.known && !live.value) return `${name} is not live`;
    if (baselineDays.known && baselineDays.value < BASELINE_DAYS) {
      return `${name} has ${baselineDays.value} of ${BASELINE_DAYS} days of baseline`;
    }
    return `${name} covers ${coverage.known ? Math.floor(coverage.value * 100) : "?"} % of its baseline, 90 % is the least`;
  });
  return { id: "kpi", verdict, why: `${reasons.join("; ")}.` };
}

function measurable({ expectedEffect, detectableEffect, remedies = "" }: MustMeetFacts): MustMeet {
  const id = "measurable";
  if (!expectedEffect.known) return { id, verdict: "unknown", why: expectedEffect.why };
  if (!detectableEffect.known) return { id, verdict: "unknown", why: detectableEffect.why };
  const verdict = expectedEffect.value >= detectableEffect.value ? "pass" : "fail";
  const why =
    verdict === "pass"
      ? "The expected effect is large enough to be seen in the window."
      : `The expected effect cannot be proven in the window: it is smaller than what the KPI's noise hides. ${remedies}`.trim();
  return { id, verdict, why };
}

function acceptable(unacceptable: Fact<readonly string[]>): MustMeet {
  const id = "acceptable";
  if (!unacceptable.known) return { id, verdict: "unknown", why: unacceptable.why };
  const [first] = unacceptable.value;
  if (first === undefined) return { id, verdict: "pass", why: "Nothing speaks against it on safety or legal grounds." };
  return { id, verdict: "fail", why: `${unacceptable.value.join("; ")}.` };
}
