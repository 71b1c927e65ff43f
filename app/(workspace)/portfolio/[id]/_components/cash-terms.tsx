import { DataTable } from "@/components/ui/data-table";
import table from "@/components/ui/table.module.css";
import type { MoneyMeasures } from "@/server/value/domain/cash-plan";
import { cashTable } from "@/server/value/domain/cash-table";
import { formatMoney } from "@/server/value/domain/money-words";

/** Net value, payback and internal rate term by term, folded until somebody asks. */
export function CashTerms({ measures, currency }: { measures: MoneyMeasures; currency: string }) {
  const periods = cashTable(measures);
  const money = (cents: number) => formatMoney(cents, currency);
  const hasRate = measures.internalRate.kind === "one";
  return (
    <details className={table.fold}>
      <summary>Net value, payback and internal rate, month by month</summary>
      <p className="muted">
        The last figure of <em>adds up, today’s money</em> is the net present value. Payback is where a column that adds
        up comes to 0.{" "}
        {hasRate ? "Discounted at the internal rate all months together are 0." : "There is no single internal rate."}
      </p>
      <DataTable
        label="Expected cash, month by month"
        columns={[
          { title: "Month" },
          { title: "Cash", isNumber: true },
          { title: "Adds up", isNumber: true },
          { title: "In today’s money", isNumber: true },
          { title: "Adds up, today’s money", isNumber: true },
          ...(hasRate ? [{ title: "At the internal rate", isNumber: true }] : []),
        ]}
      >
        {periods.map(({ month, cash, cumulated, present, presentCumulated, atInternalRate }) => (
          <tr key={month}>
            <td className={table.nowrap}>{month === 0 ? "today" : month}</td>
            <td className={table.num}>{money(cash)}</td>
            <td className={table.num}>{money(cumulated)}</td>
            <td className={table.num}>{money(present)}</td>
            <td className={table.num}>{money(presentCumulated)}</td>
            {atInternalRate === null ? null : <td className={table.num}>{money(atInternalRate)}</td>}
          </tr>
        ))}
      </DataTable>
    </details>
  );
}
