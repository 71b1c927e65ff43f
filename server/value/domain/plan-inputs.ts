import { z } from "zod";
import { Hours, Skill } from "./skill-hours";

const MOST_USE_CASES = 5_000;
const MOST_GROUPS = 50;
const MOST_SKILLS = 10;
const MOST_TARGETS = 10;

const Ids = z.array(z.uuid()).max(MOST_USE_CASES).default([]);
/** What the optimiser is asked: everything that people choose. What they do not choose is read from the portfolio and the plant. */
export const PlanQuestion = z
  .strictObject({
    goal: z.enum(["portfolio", "minimal-set"]).default("portfolio"),
    /** null: the budget of the policy */
    budgetCents: z
      .number()
      .refine((cents) => Number.isSafeInteger(cents), "E_NOT_A_NUMBER: Enter an amount with at most two decimals.")
      .refine((cents) => !(cents < 0), "E_NEGATIVE: Enter 0 or more; it cannot be negative.")
      .nullable()
      .default(null),
    /** use cases that have to be in, and that must not */
    must: Ids,
    without: Ids,
    /** of each group at most one */
    exclusive: z
      .array(z.array(z.uuid()).min(2, "E_RANGE: A choice is between at least two.").max(MOST_USE_CASES))
      .max(MOST_GROUPS, `E_RANGE: At most ${MOST_GROUPS} choices.`)
      .default([]),
    /** hours there are of a skill; one that is not named is not scarce */
    skills: z
      .array(z.strictObject({ skill: Skill, hours: Hours }))
      .max(MOST_SKILLS, `E_RANGE: At most ${MOST_SKILLS} skills.`)
      .default([]),
    /** hours that a use case takes of a skill */
    hours: z
      .array(z.strictObject({ useCaseId: z.uuid(), skill: Skill, hours: Hours }))
      .max(MOST_USE_CASES)
      .default([]),
    /** of a minimal set: by how much each KPI must get better, in its unit */
    targets: z
      .array(z.strictObject({ kpiId: z.uuid(), atLeast: z.number("E_NOT_A_NUMBER: Enter a number.") }))
      .max(MOST_TARGETS, `E_RANGE: At most ${MOST_TARGETS} targets.`)
      .default([]),
    /** counts what nine of ten cases reach (P10) instead of what is expected */
    sure: z.boolean().default(false),
  })
  .superRefine(({ skills, targets }, context) => {
    const twice = (path: string, names: readonly string[]) => {
      for (const [index, name] of names.entries())
        if (names.indexOf(name) < index)
          context.addIssue({ code: "custom", path: [path, index], message: "E_DUPLICATE: This stands there twice." });
    };
    twice(
      "skills",
      skills.map(({ skill }) => skill),
    );
    twice(
      "targets",
      targets.map(({ kpiId }) => kpiId),
    );
  });

export const OnQuestion = z.strictObject({ question: PlanQuestion });

export const AdoptPlan = z.strictObject({ id: z.uuid() });
export type AdoptPlan = z.infer<typeof AdoptPlan>;

export const SetPlanTask = z.strictObject({ id: z.uuid(), isDone: z.boolean() });
export type SetPlanTask = z.infer<typeof SetPlanTask>;

/** Tasks of one plan, or of every plan for one use case. */
export const ListPlanTasks = z
  .strictObject({ planId: z.uuid().nullable().default(null), useCaseId: z.uuid().nullable().default(null) })
  .refine(({ planId, useCaseId }) => (planId === null) !== (useCaseId === null), "E_VALUE: Name a plan or a use case.");

/** The address of a plan as CSV. */
export const ExportPlan = z.strictObject({ plan: z.uuid() });
