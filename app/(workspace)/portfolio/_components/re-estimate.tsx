"use client";
import { useQuery } from "@tanstack/react-query";
import { FormSheet } from "@/components/ui/form-sheet";
import { BlockSkeleton, Failed } from "@/components/ui/states";
import type { ValuePolicy } from "@/server/value/domain/standing";
import { formatMoney } from "@/server/value/domain/money-words";
import { type MovedTo, movedFigures } from "@/server/value/domain/moved-figures";
import { outlayCents } from "@/server/value/domain/use-case-figures";
import type { EstimateRow, PortfolioRow } from "@/server/value/queries";
import { useTRPC } from "../../../_trpc/client";
import { useEstimateSheet } from "./estimate-sheet";

interface ReEstimateProps {
  row: PortfolioRow;
  policy: ValuePolicy;
  /** where it was moved to in the matrix: the sheet opens with the figures that stand there, and nothing is saved before somebody does */
  moved: MovedTo | null;
  onDone: () => void;
}

/** Its newest estimate with the figures of the place that it was moved to; null where there are none. */
function atMoved(
  { standing }: PortfolioRow,
  latest: EstimateRow,
  policy: ValuePolicy,
  moved: MovedTo,
): EstimateRow | null {
  const { figures } = latest;
  if (!figures || standing.outlayCents === null) return null;
  const missingCents = standing.outlayCents - outlayCents(figures, 0);
  const there = movedFigures(figures, missingCents, policy.discountRate, moved);
  return there && { ...latest, figures: there };
}

/** The estimate of a use case, opened from the list, the board or the matrix. The list has no figures: they are read when it opens. */
export function ReEstimate({ row, policy, moved, onDone }: ReEstimateProps) {
  const detail = useQuery(useTRPC().value.get.queryOptions({ id: row.id }));
  const { estimates = [], options = [] } = detail.data ?? {};
  const latest = estimates.find(({ option }) => option === row.option) ?? null;
  const way = options.find(({ n }) => n === row.option) ?? null;
  const there = moved && latest ? atMoved(row, latest, policy, moved) : null;
  const { reset: _, ...sheet } = useEstimateSheet(row, policy, there ?? latest, way);
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
      {moved ? (
        <p>
          {there
            ? `Moved to ${formatMoney(moved.valueCents, policy.currency)} in a year for ${formatMoney(moved.effortCents, policy.currency)}: the benefit and the one-off cost below are those that stand there, with the spread of before. Nothing is saved yet.`
            : "It cannot be moved: nothing that it earns depends on its benefit."}
        </p>
      ) : null}
      {sheet.children}
    </FormSheet>
  );
}
