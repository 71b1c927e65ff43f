import type { Fault } from "./fault";
import type { PlanFacts } from "./plan-facts";
import type { PlanQuestion } from "./plan-question";

/** What keeps a question from being asked at all, each at its field. */
export function questionFaults(question: PlanQuestion, facts: PlanFacts): Fault[] {
  const faults: Fault[] = [];
  const known = new Set(facts.useCases.map(({ id }) => id));
  if (facts.useCases.length === 0)
    faults.push({
      field: "goal",
      code: "missing",
      hint: "There is nothing to choose from. Accept a use case that has an estimate first.",
    });
  if (question.goal === "portfolio" && facts.budgetCents === 0)
    faults.push({
      field: "budgetCents",
      code: "zero",
      hint: "A budget of 0 buys nothing. Enter one here, or set it in the policy of the portfolio.",
    });
  if (question.goal === "minimal-set") {
    if (question.targets.length === 0)
      faults.push({ field: "targets", code: "missing", hint: "Say by how much at least one KPI has to get better." });
    for (const [index, { kpiId, atLeast }] of question.targets.entries()) {
      const field = `targets[${index}].atLeast`;
      if (!facts.kpis.some(({ id }) => id === kpiId))
        faults.push({ field, code: "unknown_reference", hint: "No accepted use case promises to move this KPI." });
      else if (!(atLeast > 0)) faults.push({ field, code: "out_of_range", hint: "Enter a change of more than 0." });
    }
  }
  for (const id of question.must) {
    if (question.without.includes(id))
      faults.push({ field: "must", code: "out_of_range", hint: "A use case cannot both be in and be left out." });
    else if (!known.has(id))
      faults.push({ field: "must", code: "unknown_reference", hint: "A use case that has to be in is not accepted." });
  }
  return faults;
}
