import { z } from "zod";
import { addressOf } from "@/server/value/domain/plan-address";
import type { PlanQuestion } from "@/server/value/domain/plan-question";
import { solvePlan } from "@/server/value/plan-solve-verbs";
import { RunEnded, type Work } from "../runs";

/** Of a notification; a question with more choices is reached by its run. */
const LONGEST_HREF = 500;

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
  const { rows } = await pool.query<{ question: PlanQuestion }>("select question from plans where id = $1", [planId]);
  const href = rows[0] ? pageOf(rows[0].question) : "";
  return { result: { planId }, says, ...(href === "" || href.length > LONGEST_HREF ? {} : { href }) };
};

/** The page that shows the answer: its address is the question. */
function pageOf(question: PlanQuestion): string {
  const address = new URLSearchParams();
  for (const [name, value] of Object.entries(addressOf(question))) if (value !== null) address.set(name, value);
  return address.size === 0 ? "/portfolio/plan" : `/portfolio/plan?${address.toString()}`;
}
