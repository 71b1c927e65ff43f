import { z } from "zod";
import { PlanQuestion } from "./plan-question";

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
