"use client";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { parseAsString, useQueryStates } from "nuqs";
import { useMemo, useState } from "react";
import { planChanges } from "@/server/value/domain/plan-answer";
import { addressOf, groupsAt, type PLAN_PARAMS, questionAt } from "@/server/value/domain/plan-address";
import type { PlanQuestion } from "@/server/value/domain/plan-question";
import { useTRPC } from "../../../../_trpc/client";

/** How often a plan is looked at while it is being solved: before there is a first answer, and after. */
const FIRST_PACE_MS = 150;
const PACE_MS = 500;

/** The parameters as they stand in the address; what they say is read in one place, by `questionAt`. */
const ADDRESS = {
  ...{ goal: parseAsString, budget: parseAsString, must: parseAsString, out: parseAsString, one: parseAsString },
  ...{ skill: parseAsString, hours: parseAsString, target: parseAsString, sure: parseAsString },
} satisfies Record<(typeof PLAN_PARAMS)[number], typeof parseAsString>;

/** The question in the address, what a plan would be made from now, and the newest answer to it. */
export function usePlan(intervalMs: number | false) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [address, setAddress] = useQueryStates(ADDRESS);
  const question = useMemo(() => questionAt(address), [address]);
  const facts = useQuery({
    ...trpc.plan.facts.queryOptions({ question }),
    refetchInterval: intervalMs,
    placeholderData: keepPreviousData,
  });
  const newest = useQuery({
    ...trpc.plan.newest.queryOptions({ question }),
    refetchInterval: ({ state: { data } }) => {
      if (!data || data.endedMs !== null) return intervalMs;
      return data.firstMs === null ? FIRST_PACE_MS : PACE_MS;
    },
  });
  const plan = newest.data ?? null;
  const changes = facts.data && plan && plan.adoptedMs === null ? planChanges(plan.facts, facts.data) : [];
  const again = () => client.invalidateQueries({ queryKey: trpc.plan.pathKey() });
  const start = useMutation(trpc.plan.start.mutationOptions({ onSettled: again }));
  // What was sent last: a refusal is about this, and may name a row that the address does not have.
  const [sent, setSent] = useState(question);
  return { address, question, facts, newest, plan, changes, sent, ask, choose, start, send, again };

  /** Puts a question into the address; a group that has one member so far stays there. */
  function ask(next: PlanQuestion): Promise<unknown> {
    return setAddress({ ...addressOf(next), one: address.one });
  }

  /** Asks the optimiser; the address follows once it was not refused. */
  function send(next: PlanQuestion): void {
    setSent(next);
    start.mutate({ question: next }, { onSuccess: () => void ask(next) });
  }

  /** Says of one use case that it has to be in, stays out, stands in a group (by its number), or (empty) is free. */
  function choose(id: string, to: string): void {
    const without = (ids: readonly string[]): string[] => ids.filter((other) => other !== id);
    const groups = groupsAt(address).map(without);
    if (/^\d$/.test(to)) {
      while (groups.length <= Number(to)) groups.push([]);
      groups[Number(to)]?.push(id);
    }
    void setAddress({
      must: [...without(question.must), ...(to === "must" ? [id] : [])].join(",") || null,
      out: [...without(question.without), ...(to === "out" ? [id] : [])].join(",") || null,
      one:
        groups
          .map((group) => group.join("."))
          .join(",")
          .replace(/^,*$/, "") || null,
    });
  }
}
export type PlanInHand = ReturnType<typeof usePlan>;
