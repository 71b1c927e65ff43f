import type { CapabilityState } from "./needs";
import { formatMoney } from "./money-words";

/** One use case, as far as the sentence over the portfolio looks at it; in the order of the ranking. */
export interface VerdictRow {
  title: string;
  intake: "pending" | "accepted" | "rejected" | "snoozed" | "duplicate";
  committedCents: number | null;
  /** median of its 90-day return; null without an estimate */
  p50: number | null;
  /** what it takes to start, with what has still to be bought; null without an estimate */
  outlayCents: number | null;
  /** day from go-live on which it had earned all that was paid, as measured in cash; null where that is not so, or not known */
  paidBackDay: number | null;
  /** passes its must-meets */
  isRanked: boolean;
  /** why it is not ranked: the first must-meet that does not hold */
  waitsFor: string | null;
  capabilities: readonly CapabilityState[];
}

const MOST_NAMED = 3;

/**
 * The portfolio in one sentence, and what follows from it: what pays back, what to fund next, and what is not ready.
 *
 * @param elsewhereCents where the rows are those of one team: what the others have committed of the budget, which is for all; else null
 */
export function portfolioVerdict(
  rows: readonly VerdictRow[],
  { budgetCents, currency }: { budgetCents: number; currency: string },
  elsewhereCents: number | null = null,
): { title: string; detail: string } {
  if (rows.length === 0)
    return {
      title: elsewhereCents === null ? "No use case has been proposed yet" : "This team has proposed no use case yet",
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

  /** Of those that the title speaks of: the funded, or the accepted while nothing is funded. What is measured counts before what is forecast. */
  function paying(): string {
    const those = funded.length > 0 ? funded : accepted;
    const back = those.flatMap(({ title: name, paidBackDay: day }) => (day === null ? [] : [`${name} on day ${day}`]));
    const more = back.length > MOST_NAMED ? ` and ${back.length - MOST_NAMED} more` : "";
    const measured = `Measured to have paid back already: ${back.slice(0, MOST_NAMED).join(", ")}${more}.`;
    const open = those.filter(({ p50, paidBackDay }) => p50 !== null && paidBackDay === null);
    const paid = open.filter(({ p50 }) => (p50 ?? 0) > 0).length;
    const whom = back.length > 0 ? "the others" : funded.length > 0 ? "them" : "those accepted";
    const who = paid === 0 ? "None" : paid === open.length ? "All" : String(paid);
    const forecast = `${who} of ${whom} should pay back within 90 days.`;
    return [...(back.length > 0 ? [measured] : []), ...(open.length > 0 ? [forecast] : [])].join(" ");
  }

  /** The first by rank that fits into what is left of the budget; what stands above it and does not is named with its price. */
  function next(): string {
    const unfunded = accepted.filter(({ committedCents }) => committedCents === null);
    const [first] = unfunded.filter(({ isRanked }) => isRanked);
    if (!first) {
      const [waits] = unfunded;
      return waits ? `Nothing more can be funded yet: ${waits.title} waits. ${waits.waitsFor ?? ""}`.trim() : "";
    }
    if (budgetCents === 0) return `Next to fund: ${first.title}, once the policy has a budget.`;
    if (first.outlayCents === null) return `Next to fund: ${first.title}, once somebody has estimated what it takes.`;
    const left = Math.max(0, budgetCents - committed - (elsewhereCents ?? 0));
    if (first.outlayCents <= left) return `Next to fund: ${first.title}.`;
    const [takes, there] = [formatMoney(first.outlayCents, currency), formatMoney(left, currency)];
    const fits = unfunded.find(({ isRanked, outlayCents }) => isRanked && outlayCents !== null && outlayCents <= left);
    return fits
      ? `Next to fund with the ${there} that are left: ${fits.title}. ${first.title} ranks above it and takes ${takes}.`
      : `Nothing more can be funded: ${first.title} takes ${takes}, and ${there} of the budget are left.`;
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
