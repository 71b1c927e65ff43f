import type { Sql } from "@/db/access";
import { csvLine } from "@/server/core/domain/csv";
import { DomainError } from "@/server/core/errors";
import { boughtOf, chosenOf, planLines } from "./domain/plan-answer";
import { priceOf, wayOf } from "./domain/plan-facts";
import { needsWords, whyOutWords } from "./domain/plan-words";
import { findPlan } from "./plan-queries";

/** A plan as a table: its use cases with whether they are in, for how much and why not, then the things that it has to get. */
export async function* exportPlan(sql: Sql, id: string, nowMs: number): AsyncGenerator<string> {
  const plan = await findPlan(sql, id, nowMs);
  const chosen = plan ? chosenOf(plan.answer) : null;
  if (!plan || !chosen) throw new DomainError("not_found", "There is no such plan, or it has no answer.", { id });
  const { facts, answer } = plan;
  const lines = new Map(planLines(facts, chosen).map((line) => [line.useCaseId, line]));
  const units = (cents: number | null): number | null => (cents === null ? null : cents / 100);
  yield csvLine([
    "kind",
    "name",
    "in the plan",
    `brings in 12 months, ${facts.currency}`,
    `money, ${facts.currency}`,
    "why",
  ]);
  for (const useCase of facts.useCases) {
    const isIn = chosen.useCaseIds.includes(useCase.id);
    const why = isIn
      ? (useCase.waitsFor ?? "")
      : `${whyOutWords(useCase, answer.whyOut?.[useCase.id], facts)} ${needsWords(useCase, facts)}`;
    const line = lines.get(useCase.id);
    const way = wayOf(useCase, line?.way?.id) ?? useCase;
    const name = line?.way ? `${useCase.title}: ${line.way.name}` : useCase.title;
    yield csvLine([
      ...["use case", name, isIn ? "in" : "out"],
      ...[units(way.valueCents), units(line?.cents ?? way.ownCents), why],
    ]);
  }
  const titleOf = new Map(facts.useCases.map(({ id: of, title }) => [of, title]));
  for (const { asset, users } of boughtOf(facts, chosen)) {
    const name = asset.label === null ? asset.capability : `${asset.capability}: ${asset.label}`;
    const why = `for ${users.map((user) => titleOf.get(user) ?? "").join(", ")}; ${asset.why}`;
    yield csvLine(["thing", name, "to be got", null, units(priceOf(asset)), why]);
  }
}
