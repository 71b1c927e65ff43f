"use client";
import { useMutation } from "@tanstack/react-query";
import { toast } from "sonner";
import { JobProgress } from "@/components/jobs/job-progress";
import { boundOf } from "@/server/value/domain/plan-answer";
import type { PlanRow } from "@/server/value/plan-queries";
import { useClock } from "../../../../_shell/refresh";
import { useTRPC } from "../../../../_trpc/client";
import type { PlanInHand } from "./use-plan";

/** A search under way: how good the answer is so far, how far it is, and the way to be content with that. */
export function Solving({ inHand: { again }, plan }: { inHand: PlanInHand; plan: PlanRow }) {
  const nowMs = useClock() ?? plan.madeMs;
  const cancel = useMutation(
    useTRPC().jobs.cancelOwn.mutationOptions({ onSettled: again, onError: ({ message }) => void toast(message) }),
  );
  const { run } = plan;
  if (plan.endedMs !== null || !run) return null;
  const detail =
    plan.firstMs === null
      ? "The first answer is on its way."
      : plan.state === "solving"
        ? `So far: ${boundOf(plan.state, plan.gap)}.`
        : "The answer stands. What other budgets would bring, and why each of the others is not in it, is being worked out.";
  return (
    <JobProgress
      nowMs={nowMs}
      job={{
        ...{ id: run.id, title: "Search for the best answer", state: run.state, detail },
        progress: run.total === null || run.total === 0 ? null : Math.min(1, run.done / run.total),
        ...{ createdMs: plan.madeMs, startedMs: plan.madeMs, endedMs: null, heardMs: null, result: null },
      }}
      onCancel={() => cancel.mutate({ id: run.id })}
    />
  );
}
