"use client";
import { useQuery } from "@tanstack/react-query";
import { FormSheet } from "@/components/ui/form-sheet";
import { BlockSkeleton, Failed } from "@/components/ui/states";
import type { ValuePolicy } from "@/server/value/domain/standing";
import type { PortfolioRow } from "@/server/value/queries";
import { useTRPC } from "../../../_trpc/client";
import { useEstimateSheet } from "./estimate-sheet";

interface ReEstimateProps {
  row: PortfolioRow;
  policy: ValuePolicy;
  onDone: () => void;
}

/** The estimate of a use case, opened from the list or the board. The list has no figures: they are read when it opens. */
export function ReEstimate({ row, policy, onDone }: ReEstimateProps) {
  const detail = useQuery(useTRPC().value.get.queryOptions({ id: row.id }));
  const { estimates = [], options = [] } = detail.data ?? {};
  const latest = estimates.find(({ option }) => option === row.option) ?? null;
  const way = options.find(({ n }) => n === row.option) ?? null;
  const { reset: _, ...sheet } = useEstimateSheet(row, policy, latest, way);
  const reading = detail.isError ? (
    <Failed what="The estimate could not be read." onRetry={() => void detail.refetch()} />
  ) : (
    <BlockSkeleton height={320} />
  );
  return (
    <FormSheet
      {...sheet}
      result={detail.data ? null : reading}
      open
      onOpenChange={(open) => {
        if (!open) onDone();
      }}
    >
      <p className="muted">
        {policy.rankedBy === "value"
          ? "The rank follows net value for the money that it takes, so it follows these figures; nobody sets it by hand."
          : "The rank follows the score, and the score the return of these figures; nobody sets it by hand."}
      </p>
      {sheet.children}
    </FormSheet>
  );
}
