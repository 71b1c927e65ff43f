"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { TextField } from "@/components/ui/field";
import type { FormSheetProps } from "@/components/ui/form-sheet";
import { textOf } from "@/components/ui/form-text";
import type { ValuePolicy } from "@/server/value/domain/standing";
import { FIGURE_FIELDS, figuresTyped } from "@/server/value/domain/typed-figures";
import type { EstimateRow, PortfolioRow } from "@/server/value/queries";
import { useTRPC } from "../../../_trpc/client";
import { refusalOf } from "../../../_trpc/refusal";
import { FigureFields } from "./figure-fields";

/**
 * The sheet on which a use case is estimated anew, wherever it is opened from; `reset` forgets the last refusal.
 * @param way that is estimated, where there are several; without one the chosen way is
 */
export function useEstimateSheet(
  row: PortfolioRow,
  policy: ValuePolicy,
  latest: EstimateRow | null,
  way: { n: number; name: string } | null = null,
): FormSheetProps & { reset: () => void } {
  const trpc = useTRPC();
  const client = useQueryClient();
  const estimate = useMutation(
    trpc.value.estimate.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }),
    }),
  );
  const refusal = refusalOf(estimate.error);
  return {
    title: `What ${row.title} brings and costs${way ? `: ${way.name}` : ""}`,
    verb: "Save the estimate",
    waits: estimate.isPending,
    refusal,
    fields: ["why", ...FIGURE_FIELDS.map((field) => `figures.${field}`)],
    reset: () => estimate.reset(),
    onSend: (typed, close) =>
      estimate.mutate(
        {
          ...{ id: row.id, version: row.version, why: textOf(typed, "why") },
          ...(way ? { option: way.n } : {}),
          figures: figuresTyped((field) => textOf(typed, field), policy.currency),
        },
        { onSuccess: close },
      ),
    children: (
      <>
        <FigureFields currency={policy.currency} figures={latest?.figures ?? null} refusal={refusal} />
        <TextField label="Why these figures" name="why" maxLength={500} autoComplete="off" refusal={refusal} />
      </>
    ),
  };
}
