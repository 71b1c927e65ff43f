"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useEffect, useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { BlockSkeleton } from "@/components/ui/states";
import table from "@/components/ui/table.module.css";
import type { MovedTo } from "@/server/value/domain/moved-figures";
import { type MatrixPoint, matrixOf, matrixSentence } from "@/server/value/domain/matrix";
import { formatMoney } from "@/server/value/domain/money-words";
import type { RankedRow } from "@/server/value/domain/portfolio-list";
import type { ValuePolicy } from "@/server/value/domain/standing";
import { useCarry } from "../../../_shell/carry";
import styles from "./matrix.module.css";
import { useEstimateKey } from "./use-estimate-key";

const HEIGHT = 440;
const QuadrantChart = dynamic(
  () => import("@/components/charts/quadrant-chart").then((module) => module.QuadrantChart),
  { ssr: false, loading: () => <BlockSkeleton height={HEIGHT} /> },
);
const CORNERS = ["Quick wins", "Big bets", "Fill-ins", "Think again"] as const;

interface MatrixProps {
  rows: readonly RankedRow[];
  policy: ValuePolicy;
  asTable: boolean;
  onTable: (on: boolean) => void;
  /** null for who may not estimate */
  onEstimate: ((id: string, moved?: MovedTo) => void) | null;
}

/** What use cases are worth in a year against what it takes to start them, with a sentence and a table that say the same. */
export function Matrix({ rows, policy, asTable, onTable, onEstimate }: MatrixProps) {
  const { currency } = policy;
  const carry = useCarry();
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  const matrix = useMemo(() => matrixOf(rows, policy), [rows, policy]);
  const sentence = matrixSentence(matrix, policy);
  const money = (cents: number) => formatMoney(cents, currency);
  const points = useMemo(
    () =>
      matrix.points.map(({ id, title, valueCents, effortCents, quadrant }) => ({
        ...{ id, name: title, x: effortCents, y: valueCents, href: carry(`/portfolio/${id}`) },
        says: `${title}: ${formatMoney(valueCents, currency)} in a year for ${formatMoney(effortCents, currency)}${quadrant ? `, ${quadrant}` : ""}`,
      })),
    [matrix, currency, carry],
  );
  useEstimateKey(onEstimate);
  const move = onEstimate && {
    says: (id: string, x: number, y: number) => {
      const { title } = matrix.points.find((point) => point.id === id) ?? { title: "" };
      return `${title} to ${money(Math.round(y))} in a year for ${money(Math.round(Math.max(0, x)))}. Enter opens its estimate with this.`;
    },
    onMove: (id: string, x: number, y: number) =>
      onEstimate(id, { effortCents: Math.round(Math.max(0, x)), valueCents: Math.round(y) }),
  };
  return (
    <div className={styles.matrix}>
      <div ref={frame} style={{ minHeight: HEIGHT }}>
        {width > 0 && points.length > 0 ? (
          <QuadrantChart
            {...{ points, width, height: HEIGHT, format: money }}
            lines={matrix.lines ? { x: matrix.lines.effort, y: matrix.lines.valueCents } : null}
            corners={CORNERS}
            xName="What it takes to start"
            yName="Net value in the first year, after risk"
            {...(move ? { move } : {})}
            label={`${sentence} Chart: arrow keys go from point to point, Enter opens.${move ? " Drag a point, or Shift and arrows and then Enter, to estimate it anew; e opens its estimate." : ""}`}
          />
        ) : null}
      </div>
      <p className={styles.sentence}>
        {sentence}{" "}
        <Button look="quiet" size="small" aria-expanded={asTable} onClick={() => onTable(!asTable)}>
          {asTable ? "Hide the table" : "Show as a table"}
        </Button>
      </p>
      <p className={styles.sentence}>
        {matrix.lines ? `Both lines stand at ${money(matrix.lines.effort)}, a tenth of the budget. ` : ""}
        {move ? "Drag a point to estimate it anew. " : ""}
        Effort is money only: how many hours of which skill it takes is not known here yet.
      </p>
      {asTable ? <MatrixTable points={matrix.points} money={money} /> : null}
    </div>
  );
}

const COLUMNS = [
  { title: "Use case" },
  { title: "Quadrant" },
  { title: "Net value in a year", isNumber: true },
  { title: "Takes to start", isNumber: true },
] as const;

function MatrixTable({ points, money }: { points: readonly MatrixPoint[]; money: (cents: number) => string }) {
  const carry = useCarry();
  return (
    <DataTable label="The matrix as a table" columns={COLUMNS}>
      {points.map(({ id, title, quadrant, valueCents, effortCents }) => (
        <tr key={id}>
          <td>
            <Link href={carry(`/portfolio/${id}`)}>{title}</Link>
          </td>
          <td>{quadrant ?? "no budget to say"}</td>
          <td className={table.num}>{money(valueCents)}</td>
          <td className={table.num}>{money(effortCents)}</td>
        </tr>
      ))}
    </DataTable>
  );
}
