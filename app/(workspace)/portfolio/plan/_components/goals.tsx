"use client";
import forms from "../plan.module.css";
import type { PlanInHand } from "./use-plan";

const GOALS = [
  { goal: "portfolio", label: "Best portfolio", says: "What brings the most for the money and the hours there are" },
  { goal: "minimal-set", label: "Smallest set", says: "The cheapest set of the plant that reaches a target" },
] as const;

/** Which of the two questions is asked. */
export function Goals({ inHand: { question, ask } }: { inHand: PlanInHand }) {
  return (
    <div className={forms.goals} role="group" aria-label="What is asked">
      {GOALS.map(({ goal, label, says }) => (
        <button
          key={goal}
          type="button"
          aria-pressed={question.goal === goal}
          className={forms.goal}
          title={says}
          onClick={() => void ask({ ...question, goal })}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
