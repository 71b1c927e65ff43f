import { portfolioVerdict } from "./portfolio-verdict";
import { rankedRows, verdictRow } from "./portfolio-list";
import type { Portfolio } from "../queries";
import type { OutcomeRow } from "../outcome-queries";

/** The portfolio and the outcomes as a first page says them: one sentence, what follows, and the upper end of the line. */
export interface ValueToday {
  title: string;
  detail: string;
  /** proposals that nobody has decided on */
  pending: number;
  /** accepted use cases, those of them for which the plant has everything now, and why the first of the others is not ready */
  useCases: { accepted: number; ready: number; waitsFor: string | null };
  /** outcomes that count now, those of which every KPI is known, and why the first of the others is not */
  outcomes: { active: number; known: number; unknown: string | null };
}

/**
 * What the first pages say of value, from the same facts and in the same words as the portfolio.
 *
 * @param elsewhereCents where the facts are those of one team: what the others have committed of the budget
 */
export function valueToday(
  { policy, rows }: Pick<Portfolio, "policy" | "rows">,
  outcomes: readonly OutcomeRow[],
  elsewhereCents: number | null,
): ValueToday {
  const { title, detail } = portfolioVerdict(rankedRows(rows, policy).map(verdictRow), policy, elsewhereCents);
  const accepted = rows.filter(({ intake }) => intake === "accepted");
  const lacking = accepted.flatMap(({ title: name, capabilities }) => {
    if (capabilities.length === 0) return [`${name}: nobody has said what it needs`];
    const lack = capabilities.find(({ state }) => state !== "satisfied");
    return lack ? [`${name}: ${lack.capability}, ${lack.why}`] : [];
  });
  const active = outcomes.filter(({ state }) => state === "active");
  const unknown = active.flatMap(({ statement, kpis }) => {
    if (kpis.length === 0) return [`${statement}: no KPI is bound`];
    const [first] = kpis.flatMap(({ name, now }) => (now.known ? [] : [`${name}: ${now.why}`]));
    return first === undefined ? [] : [first];
  });
  return {
    title,
    detail,
    pending: rows.filter(({ intake }) => intake === "pending").length,
    useCases: { accepted: accepted.length, ready: accepted.length - lacking.length, waitsFor: lacking[0] ?? null },
    outcomes: { active: active.length, known: active.length - unknown.length, unknown: unknown[0] ?? null },
  };
}
