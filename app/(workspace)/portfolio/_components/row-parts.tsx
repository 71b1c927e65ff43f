import { RangeBar, type RangeAxis } from "@/components/charts/range-bar";
import { Share } from "@/components/ui/share";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatReturn } from "@/server/value/domain/money-words";
import type { PortfolioRow } from "@/server/value/queries";

/** The forecast 90-day return of a use case as a bar, in a table or on a card, and the day on which it was measured to have paid back. */
export function Return({ row: { forecast, paidBackDay }, axis }: { row: PortfolioRow; axis: RangeAxis }) {
  if (!forecast) return <StatusText status="unknown">not estimated</StatusText>;
  const { p10, p50, p90 } = forecast;
  return (
    <>
      <RangeBar
        {...{ p10, p50, p90, axis }}
        says={`90-day return ${formatReturn(p10)} to ${formatReturn(p90)}, median ${formatReturn(p50)}`}
      />
      {paidBackDay === null ? null : <span className={table.sub}>measured: paid back on day {paidBackDay}</span>}
    </>
  );
}

/** How much of what it needs is there now, and the first thing that is not. */
export function Ready({ row: { capabilities, standing } }: { row: PortfolioRow }) {
  const { readiness } = standing.candidate.parts;
  if (!readiness.known) return <StatusText status="unknown">not described</StatusText>;
  const broken = capabilities.find(({ state }) => state !== "satisfied");
  return (
    <>
      <Share ratio={readiness.value} label="Readiness" />
      {broken ? (
        <span className={table.sub}>
          {broken.capability}: {broken.why}
        </span>
      ) : null}
    </>
  );
}
