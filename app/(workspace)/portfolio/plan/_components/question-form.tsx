"use client";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { type FieldRefusal, RefusalLine, TextField } from "@/components/ui/field";
import { textOf } from "@/components/ui/form-text";
import { Sheet } from "@/components/ui/page";
import type { PlanFacts } from "@/server/value/domain/plan-facts";
import type { PlanQuestion } from "@/server/value/domain/plan-question";
import { conflictField, conflictWords } from "@/server/value/domain/plan-words";
import { centsOf, figureShown, numberTyped } from "@/server/value/domain/typed-figures";
import { refusalOf } from "../../../../_trpc/refusal";
import styles from "../plan.module.css";
import { SkillFields, hoursTyped, skillsTyped } from "./skill-fields";
import { TargetFields, targetsTyped } from "./target-fields";
import type { PlanInHand } from "./use-plan";

/** What a plan is asked for. Sent, it stands in the address, so that the page is a link to the question. */
export function QuestionForm({ inHand, now }: { inHand: PlanInHand; now: PlanFacts }) {
  const { question, sent, start, send, plan } = inHand;
  const [skillCount, setSkillCount] = useState(question.skills.length);
  const isSet = question.goal === "minimal-set";
  const refusal = refusalOf(start.error) ?? bindingRefusal(inHand);
  const fields = ["budgetCents", ...fieldsOf(start.error ? sent : question, skillCount)];
  const isSolving = plan !== null && plan.endedMs === null;
  return (
    <Sheet>
      <form
        className={styles.question}
        onSubmit={(event) => {
          event.preventDefault();
          send(questionTyped(new FormData(event.currentTarget), question, now, skillCount));
        }}
      >
        {isSet ? (
          <TargetFields question={start.error ? sent : question} kpis={now.kpis} refusal={refusal} />
        ) : (
          <div className={styles.row}>
            <TextField
              label={`Budget, ${now.currency}`}
              name="budgetCents"
              inputMode="decimal"
              autoComplete="off"
              maxLength={20}
              defaultValue={figureShown(question.budgetCents ?? now.budgetCents, true)}
              hint="What is committed is in it."
              refusal={refusal}
            />
            <SkillFields question={question} now={now} count={skillCount} onCount={setSkillCount} refusal={refusal} />
          </div>
        )}
        <RefusalLine refusal={refusal} fields={fields} />
        <div className={styles.send}>
          <Button look="primary" type="submit" disabled={start.isPending || isSolving}>
            {isSet ? "Find the smallest set" : "Find the best plan"}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}

/** An answer that there is none, said at the field that would have to give way. */
function bindingRefusal({ plan, changes, question }: PlanInHand): FieldRefusal | null {
  if (!plan || plan.state !== "infeasible" || changes.length > 0) return null;
  const { conflict, unreached } = plan.answer;
  if (conflict)
    return { field: conflictField(conflict, question.skills), message: conflictWords(conflict, plan.facts) };
  const [first] = unreached ?? [];
  const index = question.targets.findIndex(({ kpiId }) => kpiId === first?.kpi);
  if (!first || index < 0) return null;
  const most =
    first.most === null ? "" : `At most ${Math.round(first.most * 100) / 100} can be reached with the others. `;
  return { field: `targets[${index}].atLeast`, message: `${most}Lower it, or accept a use case that moves this KPI.` };
}

function fieldsOf({ targets }: PlanQuestion, skillCount: number): string[] {
  return [
    ...targets.map((_, index) => `targets[${index}].atLeast`),
    ...Array.from({ length: skillCount }, (_, index) => [`skills[${index}].skill`, `skills[${index}].hours`]).flat(),
    "targets",
  ];
}

function questionTyped(typed: FormData, question: PlanQuestion, now: PlanFacts, skillCount: number): PlanQuestion {
  if (question.goal === "minimal-set") {
    return { ...question, targets: targetsTyped(typed, now.kpis), sure: typed.get("sure") === "on" };
  }
  const budget = textOf(typed, "budgetCents").trim();
  // As it stands in the policy it follows the policy, also in the link.
  const isPolicy = question.budgetCents === null && budget === figureShown(now.budgetCents, true);
  const skills = skillsTyped(typed, skillCount);
  return {
    ...question,
    budgetCents: budget === "" || isPolicy ? null : centsOf(numberTyped(budget)),
    skills,
    hours: hoursTyped(typed, skills, now),
  };
}
