import type { CapabilityState } from "./needs";
import { formatMoney } from "./money-words";

/** One use case, as far as the sentence over the portfolio looks at it; in the order of the ranking. */
export interface VerdictRow {
  title: string;
  intake: "pending" | "accepted" | "rejected" | "snoozed" | "duplicate";
  committedCents: number | null;
  /** median of its 90-day return; null without an estimate */
  p50: number | null;
  /** passes its must-meets */
  isRanked: boolean;
  /** why it is not ranked: the first must-meet that does not hold */
  waitsFor: string | null;
  capabilities: readonly CapabilityState[];
}

/** The portfolio in one sentence, and what follows from it: what pays back, what to fund next, and what is not ready. */
export function portfolioVerdict(
  rows: readonly VerdictRow[],
  { budgetCents, currency }: { budgetCents: number; currency: string },
): { title: string; detail: string } {
  if (rows.length === 0)
    return {
      title: "No use case has been proposed yet",
      detail: "Propose one: what it would bring, what it would cost, and what it needs of the plant.",
    };
  const accepted = rows.filter(({ intake }) => intake === "accepted");
  const pending = rows.filter(({ intake }) => intake === "pending").length;
  const funded = accepted.filter(({ committedCents }) => committedCents !== null);
  const committed = funded.reduce((sum, { committedCents }) => sum + (committedCents ?? 0), 0);
  return { title: title(), detail: [paying(), next(), unready(), waiting()].filter(Boolean).join(" ") };

  function title(): string {
    const money = formatMoney(committed, currency);
    if (accepted.length === 0)
      return `${count(pending, "proposal")} ${pending === 1 ? "waits" : "wait"}, none accepted`;
    if (funded.length === 0) return `Nothing is committed yet; ${count(accepted.length, "use case")} accepted`;
    const of = budgetCents > 0 ? ` of ${formatMoney(budgetCents, currency)}` : "";
    return `${money}${of} is committed to ${count(funded.length, "use case")}`;
  }

  function paying(): string {
    const known = accepted.filter(({ p50 }) => p50 !== null);
    if (known.length === 0) return "";
    const paid = known.filter(({ p50 }) => (p50 ?? 0) > 0).length;
    const who = paid === 0 ? "None of those accepted" : paid === known.length ? "All accepted" : `${paid} of them`;
    return `${who} should pay back within 90 days.`;
  }

  function next(): string {
    const fundable = accepted.find(({ isRanked, committedCents }) => isRanked && committedCents === null);
    if (fundable) return `Next to fund: ${fundable.title}.`;
    const first = accepted.find(({ committedCents }) => committedCents === null);
    if (!first) return "";
    return `Nothing more can be funded yet: ${first.title} waits. ${first.waitsFor ?? ""}`.trim();
  }

  function unready(): string {
    for (const { title: name, capabilities } of accepted) {
      const broken = capabilities.find(({ state }) => state === "missing" || state === "degraded");
      if (broken) return `${name} is not ready: ${broken.capability}, ${broken.why}.`;
    }
    return "";
  }

  function waiting(): string {
    if (pending === 0 || accepted.length === 0) return "";
    return `${count(pending, "proposal")} ${pending === 1 ? "waits" : "wait"} for a decision.`;
  }
}

function count(n: number, thing: string): string {
  return `${n.toLocaleString("en-US")} ${thing}${n === 1 ? "" : "s"}`;
}
