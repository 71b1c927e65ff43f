"use client";
import { type FieldRefusal, TextField } from "@/components/ui/field";
import { textOf } from "@/components/ui/form-text";
import forms from "@/components/ui/form.module.css";
import type { PlanFacts } from "@/server/value/domain/plan-facts";
import type { PlanQuestion } from "@/server/value/domain/plan-question";
import { numberTyped } from "@/server/value/domain/typed-figures";
import Link from "next/link";
import styles from "../plan.module.css";

/** By how much each KPI has to get better. Only KPIs that an accepted use case promises to move can be asked for. */
export function TargetFields({
  question: { targets, sure },
  kpis,
  refusal,
}: {
  question: PlanQuestion;
  kpis: PlanFacts["kpis"];
  refusal: FieldRefusal | null;
}) {
  if (kpis.length === 0)
    return (
      <p>
        No accepted use case promises to move a KPI, so there is no target to reach. Say on the page of a{" "}
        <Link href="/portfolio">use case</Link> by how much it moves which KPI.
      </p>
    );
  return (
    <div className={styles.targets}>
      {kpis.map(({ id, name, unit }) => {
        const index = targets.findIndex(({ kpiId }) => kpiId === id);
        const field = index < 0 ? `target.${id}` : `targets[${index}].atLeast`;
        const own = refusal?.field === field ? { ...refusal, field: `target.${id}` } : null;
        return (
          <TextField
            key={id}
            label={`${name}: better by at least, ${unit} a day`}
            name={`target.${id}`}
            inputMode="decimal"
            autoComplete="off"
            maxLength={20}
            defaultValue={targets[index]?.atLeast ?? ""}
            refusal={own}
          />
        );
      })}
      {refusal?.field === "targets" ? (
        <p role="alert" className={forms.refusal}>
          {refusal.message}
        </p>
      ) : null}
      <label className={forms.check}>
        <input type="checkbox" name="sure" defaultChecked={sure} />
        Count only what nine of ten cases reach
      </label>
    </div>
  );
}

/** The targets that were typed, in the order of the KPIs; an empty field asks for nothing. */
export function targetsTyped(typed: FormData, kpis: PlanFacts["kpis"]): PlanQuestion["targets"] {
  return kpis.flatMap(({ id }) => {
    const text = textOf(typed, `target.${id}`).trim();
    return text === "" ? [] : [{ kpiId: id, atLeast: numberTyped(text) }];
  });
}
