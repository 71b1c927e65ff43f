"use client";
import { Button } from "@/components/ui/button";
import { type FieldRefusal, TextField } from "@/components/ui/field";
import { textOf } from "@/components/ui/form-text";
import type { PlanFacts } from "@/server/value/domain/plan-facts";
import type { PlanQuestion } from "@/server/value/domain/plan-question";
import { numberTyped } from "@/server/value/domain/typed-figures";
import styles from "../plan.module.css";

const MOST_SKILLS = 10;

/** Skills of which there are only so many hours, and what each use case takes of them. A skill that is not named is not scarce. */
export function SkillFields({
  question: { skills, hours },
  now,
  count,
  onCount,
  refusal,
}: {
  question: PlanQuestion;
  now: PlanFacts;
  count: number;
  onCount: (count: number) => void;
  refusal: FieldRefusal | null;
}) {
  const hoursOf = (useCaseId: string, index: number): string => {
    const found = hours.find((one) => one.useCaseId === useCaseId && one.skill === skills[index]?.skill);
    return found ? String(found.hours) : "";
  };
  return (
    <div className={styles.skills}>
      {Array.from({ length: count }, (_, index) => (
        <fieldset key={index} className={styles.skill}>
          <legend className="vh">Skill {index + 1}</legend>
          <TextField
            label="Skill"
            name={`skills[${index}].skill`}
            maxLength={60}
            autoComplete="off"
            defaultValue={skills[index]?.skill ?? ""}
            refusal={refusal}
          />
          <TextField
            label="Hours there are"
            name={`skills[${index}].hours`}
            inputMode="decimal"
            autoComplete="off"
            maxLength={10}
            defaultValue={skills[index]?.hours ?? ""}
            refusal={refusal}
          />
          <details className={styles.hours}>
            <summary>Hours that each use case takes</summary>
            {now.useCases.map(({ id, title }) => (
              <TextField
                key={id}
                label={title}
                name={`hours.${index}.${id}`}
                inputMode="decimal"
                autoComplete="off"
                maxLength={10}
                defaultValue={hoursOf(id, index)}
              />
            ))}
          </details>
        </fieldset>
      ))}
      {count < MOST_SKILLS ? (
        <Button size="small" onClick={() => onCount(count + 1)}>
          Add a skill that is scarce
        </Button>
      ) : null}
    </div>
  );
}

/** The skills that were named; one without a name is left out. */
export function skillsTyped(typed: FormData, count: number): PlanQuestion["skills"] {
  return Array.from({ length: count }, (_, index) => ({
    skill: textOf(typed, `skills[${index}].skill`).trim(),
    hours: numberTyped(textOf(typed, `skills[${index}].hours`)),
  })).filter(({ skill }) => skill !== "");
}

/** What use cases take of them; an empty field takes nothing. */
export function hoursTyped(typed: FormData, skills: PlanQuestion["skills"], now: PlanFacts): PlanQuestion["hours"] {
  return skills.flatMap(({ skill }, index) =>
    now.useCases.flatMap(({ id }) => {
      const text = textOf(typed, `hours.${index}.${id}`).trim();
      return text === "" ? [] : [{ useCaseId: id, skill, hours: numberTyped(text) }];
    }),
  );
}
