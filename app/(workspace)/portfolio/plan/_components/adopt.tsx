"use client";
import { useMutation } from "@tanstack/react-query";
import { toast } from "sonner";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { boughtOf, chosenOf, planLines } from "@/server/value/domain/plan-answer";
import { formatMoney } from "@/server/value/domain/money-words";
import type { PlanRow } from "@/server/value/plan-queries";
import { useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "../../../../_trpc/client";
import type { PlanInHand } from "./use-plan";

/** Makes the plan what is done, once it was said what that will do. */
export function Adopt({ inHand: { changes, again }, plan }: { inHand: PlanInHand; plan: PlanRow }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const adopt = useMutation(
    trpc.plan.adopt.mutationOptions({
      onSettled: () => Promise.all([again(), client.invalidateQueries({ queryKey: trpc.value.pathKey() })]),
      onSuccess: ({ committed, tasks }) =>
        toast(`Adopted: money committed to ${committed}, ${tasks} ${tasks === 1 ? "task" : "tasks"} written down`),
    }),
  );
  const chosen = chosenOf(plan.answer);
  if (!chosen || chosen.useCaseIds.length === 0 || plan.state === "infeasible" || plan.adoptedMs !== null) return null;
  const { facts } = plan;
  const titleOf = (id: string): string => facts.useCases.find((one) => one.id === id)?.title ?? "";
  const added = planLines(facts, chosen).filter(({ isCommitted }) => !isCommitted);
  const bought = boughtOf(facts, chosen);
  return (
    <ConfirmButton
      label="Adopt this plan"
      size="normal"
      disabled={plan.state === "solving" || changes.length > 0}
      title="Adopt this plan"
      verb="Adopt it"
      does={
        <>
          {added.length === 0 ? (
            <p>Everything that it chooses is committed already.</p>
          ) : (
            <>
              <p>Money is committed to:</p>
              <ul>
                {added.map(({ useCaseId, cents, way }) => (
                  <li key={useCaseId}>
                    {titleOf(useCaseId)}, {formatMoney(cents, facts.currency)}
                    {way ? `, by: ${way.name}` : ""}
                  </li>
                ))}
              </ul>
            </>
          )}
          <p>
            {bought.length === 0
              ? "Nothing of the plant has to be got for it."
              : `${bought.length} ${bought.length === 1 ? "thing" : "things"} of the plant become tasks.`}{" "}
            It stands in the audit log with your name.
          </p>
        </>
      }
      onConfirm={() => adopt.mutateAsync({ id: plan.id })}
    />
  );
}
