import { z } from "zod";
import { solvePlan } from "@/server/value/plan-solve-verbs";
import { RunEnded, type Work } from "../runs";

const SolvePlan = z.strictObject({ planId: z.uuid() });

/** A plan of the portfolio, answered in the optimiser's thread. What it finds stands in the plan, not in the run. */
export const solvePortfolioPlan: Work = async (attempt, { pool }) => {
  const { planId } = SolvePlan.parse(attempt.input);
  const watch = {
    progress: (done: number, total: number) => attempt.progress({ done, total, counted: "questions" }),
  };
  const endOf = (cause: unknown) =>
    cause instanceof RunEnded ? (cause.why === "cancelled" ? ("cancelled" as const) : ("moved" as const)) : null;
  const says = await solvePlan(pool, planId, attempt.id, watch, endOf);
  return { result: { planId }, says };
};
