"use client";
import { useState } from "react";
import { stamp } from "@/components/charts/axis";
import { Button } from "@/components/ui/button";
import table from "@/components/ui/table.module.css";
import type { ChartPoints } from "@/server/fabric/domain/chart-points";
import { formatNumber } from "@/server/fabric/domain/health";
import { formatSpan } from "@/server/fabric/domain/stream-summary";

const STEP = 100;

/** The chart as a table, the newest first. The same points, so that nobody sees less than the eye does. */
export function PointTable({ points, unit, timeZone }: { points: ChartPoints; unit: string; timeZone: string }) {
  const [shown, setShown] = useState(STEP);
  const bucketed = points.bucketMs !== null;
  const newest = points.tsMs.map((_, i) => points.tsMs.length - 1 - i).slice(0, shown);
  const cell = (value: number | null | undefined) =>
    value === null || value === undefined ? <span className="muted">none</span> : formatNumber(value);
  return (
    <>
      <div className={table.scroll} tabIndex={0} role="region" aria-label="Points of the chart">
        <table className={table.table}>
          <caption className="vh">
            {bucketed ? `Each row is ${formatSpan(points.bucketMs ?? 0)} of readings` : "Each row is one reading"},
            times in {timeZone}
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
            {newest.map((i) => (
              <tr key={points.tsMs[i]}>
                <td className="num">{stamp(points.tsMs[i] ?? 0, timeZone, !bucketed)}</td>
                <td className={table.num}>{cell(points.mean[i])}</td>
                {bucketed ? (
                  <>
                    <td className={table.num}>{cell(points.min[i])}</td>
                    <td className={table.num}>{cell(points.max[i])}</td>
                    <td className={table.num}>{points.n[i]}</td>
                  </>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={table.foot}>
        <span>
          {newest.length} of {points.tsMs.length} rows{bucketed ? `, ${formatSpan(points.bucketMs ?? 0)} each` : ""}
        </span>
        {shown < points.tsMs.length ? (
          <Button size="small" onClick={() => setShown(shown + STEP)}>
            Show more
          </Button>
        ) : null}
      </div>
    </>
  );
}
