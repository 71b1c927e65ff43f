import { protectedProcedure, router } from "@/server/core/trpc";
import { AdoptPlan, ListPlanTasks, OnQuestion, SetPlanTask } from "./domain/plan-inputs";
import { questionHash } from "./domain/plan-question";
import { findNewestPlan, getPlanFacts, listPlanTasks } from "./plan-queries";
import { adoptPlan, setPlanTask, startPlan } from "./plan-verbs";

export const planRouter = router({
  /** What a plan would be made from now. */
  facts: protectedProcedure("value.read")
    .input(OnQuestion)
    .query(({ ctx, input: { question } }) =>
      ctx.shared(`plan.facts ${questionHash(question)}`, () => getPlanFacts(ctx.sql, question, ctx.now())),
    ),
  /** The newest answer to this question, as far as it is. */
  newest: protectedProcedure("value.read")
    .input(OnQuestion)
    .query(({ ctx, input: { question } }) => findNewestPlan(ctx.sql, question, ctx.now())),
  tasks: protectedProcedure("value.read")
    .input(ListPlanTasks)
    .query(({ ctx, input }) => listPlanTasks(ctx.sql, input)),
  start: protectedProcedure("value.plan")
    .input(OnQuestion)
    .mutation(({ ctx, input }) => startPlan(ctx, input.question)),
  adopt: protectedProcedure("value.commit")
    .input(AdoptPlan)
    .mutation(({ ctx, input }) => adoptPlan(ctx, input)),
  setTask: protectedProcedure("value.estimate")
    .input(SetPlanTask)
    .mutation(({ ctx, input }) => setPlanTask(ctx, input)),
});
