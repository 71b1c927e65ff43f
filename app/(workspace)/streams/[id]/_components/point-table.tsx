"use client";
import { useMemo, useState } from "react";
import { stamp } from "@/components/charts/axis";
import type { LaneMark } from "@/components/charts/time-lanes";
import type { Span } from "@/components/charts/stream-chart";
import { Button } from "@/components/ui/button";
import { TableRegion } from "@/components/ui/table-region";
import table from "@/components/ui/table.module.css";
import type { ChartPoints } from "@/server/fabric/domain/chart-points";
import { formatNumber } from "@/server/fabric/domain/health";
import { formatSpan } from "@/server/fabric/domain/stream-summary";

const STEP = 100;

interface PointTableProps {
  points: ChartPoints;
  /** what is hatched or dotted in the chart */
  spans: readonly Span[];
  events: readonly LaneMark[];
  verdicts: readonly LaneMark[];
  unit: string;
  timeZone: string;
}

/** A row of the table: one point, or something that lies beside the line. */
type Row = { tsMs: number } & ({ point: number } | { what: string; span: { fromMs: number; toMs: number } });

/** The chart as a table, the newest first: the same points, stretches, events and verdicts, so that nobody sees less than the eye does. */
export function PointTable({ points, spans, events, verdicts, unit, timeZone }: PointTableProps) {
  const [shown, setShown] = useState(STEP);
  const bucketed = points.bucketMs !== null;
  const rows = useMemo(() => rowsOf(points, spans, events, verdicts), [points, spans, events, verdicts]);
  const cell = (value: number | null | undefined) =>
    value === null || value === undefined ? <span className="muted">none</span> : formatNumber(value);
  const columns = bucketed ? 5 : 2;
  return (
    <>
      <TableRegion label="Points of the chart">
        <table className={table.table}>
          <caption className="vh">
            {bucketed ? `Each row is ${formatSpan(points.bucketMs ?? 0)} of readings` : "Each row is one reading"}, or a
            gap, an event or what a model said; times in {timeZone}
          </caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col" className={table.num}>
                {bucketed ? "Mean" : "Value"}, {unit}
              </th>
              {bucketed ? (
                <>
                  <th scope="col" className={table.num}>
                    Lowest
                  </th>
                  <th scope="col" className={table.num}>
                    Highest
                  </th>
                  <th scope="col" className={table.num}>
                    Readings
                  </th>
                </>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, i) =>
              "point" in row ? (
                <tr key={i}>
                  <td className="num">{stamp(row.tsMs, timeZone, !bucketed)}</td>
                  <td className={table.num}>
                    {isUnusable(points, row.point) ? (
                      <span className="muted">not usable</span>
                    ) : (
                      cell(points.mean[row.point])
                    )}
                  </td>
                  {bucketed ? (
                    <>
                      <td className={table.num}>{cell(points.min[row.point])}</td>
                      <td className={table.num}>{cell(points.max[row.point])}</td>
                      <td className={table.num}>{(points.n[row.point] ?? 0) + (points.bad[row.point] ?? 0)}</td>
                    </>
                  ) : null}
                </tr>
              ) : (
                <tr key={i}>
                  <td className="num">{stamp(row.tsMs, timeZone, false)}</td>
                  <td colSpan={columns - 1}>
                    {row.what}
                    {row.span.toMs > row.span.fromMs ? `, for ${formatSpan(row.span.toMs - row.span.fromMs)}` : ""}
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </TableRegion>
      <div className={table.foot}>
        <span>
          {Math.min(shown, rows.length)} of {rows.length} rows
          {bucketed ? `, ${formatSpan(points.bucketMs ?? 0)} each` : ""}
        </span>
        {shown < rows.length ? (
          <Button size="small" onClick={() => setShown(shown + STEP)}>
            Show more
          </Button>
        ) : null}
      </div>
    </>
  );
}

function isUnusable({ n, bad }: ChartPoints, i: number): boolean {
  return (n[i] ?? 0) === 0 && (bad[i] ?? 0) > 0;
}

function rowsOf(
  { tsMs }: ChartPoints,
  spans: readonly Span[],
  events: readonly LaneMark[],
  verdicts: readonly LaneMark[],
): Row[] {
  const beside = (what: string, { fromMs, toMs }: { fromMs: number; toMs: number }): Row => ({
    ...{ tsMs: fromMs, what },
    span: { fromMs, toMs },
  });
  return [
    ...tsMs.map((at, point): Row => ({ tsMs: at, point })),
    ...spans.map((span) => beside(span.kind === "lost" ? "Lost at the edge" : sentence(span.label), span)),
    ...events.map((mark) => beside(`Event: ${mark.label}`, mark)),
    ...verdicts.map((mark) => beside(`Model: ${mark.label}`, mark)),
  ].sort((a, b) => b.tsMs - a.tsMs);
}

function sentence(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1);
}
