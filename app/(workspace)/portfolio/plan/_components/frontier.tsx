"use client";
import dynamic from "next/dynamic";
import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { BlockSkeleton } from "@/components/ui/states";
import table from "@/components/ui/table.module.css";
import { formatMoney } from "@/server/value/domain/money-words";
import type { FrontierEntry } from "@/server/value/domain/plan-answer";
import { frontierWords } from "@/server/value/domain/plan-words";
import type { PlanRow } from "@/server/value/plan-queries";
import styles from "../plan.module.css";

const HEIGHT = 220;
const FrontierChart = dynamic(
  () => import("@/components/charts/frontier-chart").then((module) => module.FrontierChart),
  {
    ssr: false,
    loading: () => <BlockSkeleton height={HEIGHT} />,
  },
);

/** What the best plan would bring at other budgets: a sentence, a chart, and the same as a table. */
export function Frontier({ plan: { facts }, frontier }: { plan: PlanRow; frontier: readonly FrontierEntry[] }) {
  const money = (cents: number): string => formatMoney(cents, facts.currency);
  const points = frontier.flatMap(({ budgetCents, best }) =>
    best ? [{ x: budgetCents / 100, y: best.netCents / 100 }] : [],
  );
  const says = frontierWords(frontier, facts.currency);
  return (
    <Sheet title="What another budget would bring">
      <p className={styles.summary}>{says}</p>
      {points.length > 1 ? (
        <FrontierChart
          points={points}
          nowX={facts.budgetCents / 100}
          label={`Net value over budget. ${says}`}
          height={HEIGHT}
          format={(units) => money(units * 100)}
        />
      ) : null}
      <details className={styles.twin}>
        <summary>As a table</summary>
        <DataTable
          label="Best plan by budget"
          columns={[
            { title: "Budget", isNumber: true },
            { title: "Spent", isNumber: true },
            { title: "Net in twelve months", isNumber: true },
            { title: "Use cases" },
          ]}
        >
          {frontier.map(({ budgetCents, best, proven }) => (
            <tr key={budgetCents}>
              <td className={table.num}>{money(budgetCents)}</td>
              <td className={table.num}>{best ? money(best.spentCents) : "–"}</td>
              <td className={table.num}>{best ? money(best.netCents) : "–"}</td>
              <td>
                {best
                  ? best.useCaseIds.map((id) => facts.useCases.find((one) => one.id === id)?.title).join(", ") || "none"
                  : "not enough for what is fixed"}
                {proven ? null : <span className={table.sub}>the best found in 3 s</span>}
              </td>
            </tr>
          ))}
        </DataTable>
      </details>
    </Sheet>
  );
}
