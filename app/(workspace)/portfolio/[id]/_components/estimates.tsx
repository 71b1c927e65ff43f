import type { ReactNode } from "react";
import { DataTable } from "@/components/ui/data-table";
import { Moment } from "@/components/ui/moment";
import { Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import table from "@/components/ui/table.module.css";
import { formatMoney, formatReturn } from "@/server/value/domain/money-words";
import type { EstimateRow } from "@/server/value/queries";

const COLUMNS = [
  { title: "Estimate" },
  { title: "Benefit per day", isNumber: true },
  { title: "One-off", isNumber: true },
  { title: "Run per day", isNumber: true },
  { title: "Used", isNumber: true, isWideOnly: true },
  { title: "Works", isNumber: true, isWideOnly: true },
  { title: "90-day return", isNumber: true },
] as const;

/** Every estimate that was made, the newest first: low, likeliest and high. */
export function Estimates({
  estimates,
  options,
  act,
}: {
  estimates: readonly EstimateRow[];
  options: readonly { n: number; name: string }[];
  act: ReactNode;
}) {
  return (
    <Sheet title="Estimates" aside={<>low · likeliest · high {act}</>} flush>
      {estimates.length === 0 ? (
        <Empty title="No estimate yet" />
      ) : (
        <DataTable label="Estimates" columns={COLUMNS}>
          {estimates.map(({ estimate, option, figures, forecast, why, madeByName, madeMs }) => {
            const { currency, benefitCentsPerDay, oneOffCents, runCentsPerDay, adoption, technicalProbability } =
              figures;
            const money = ({ low, mode, high }: typeof oneOffCents) =>
              [low, mode, high].map((cents) => formatMoney(cents, currency)).join(" · ");
            const share = ({ low, mode, high }: typeof adoption) =>
              `${[low, mode, high].map((value) => Math.round(value * 100)).join(" · ")} %`;
            return (
              <tr key={estimate}>
                <td>
                  <strong>{estimate}</strong> {options.find(({ n }) => n === option)?.name}
                  <span className={table.sub}>
                    {madeByName}, <Moment ms={madeMs} />
                    {why === "" ? "" : `: ${why}`}
                  </span>
                </td>
                <td className={table.num}>{money(benefitCentsPerDay)}</td>
                <td className={table.num}>{money(oneOffCents)}</td>
                <td className={table.num}>{money(runCentsPerDay)}</td>
                <td className={`${table.num} ${table.wideOnly}`}>{share(adoption)}</td>
                <td className={`${table.num} ${table.wideOnly}`}>{share(technicalProbability)}</td>
                <td className={table.num}>
                  {formatReturn(forecast.p10)} · <strong>{formatReturn(forecast.p50)}</strong> ·{" "}
                  {formatReturn(forecast.p90)}
                </td>
              </tr>
            );
          })}
        </DataTable>
      )}
    </Sheet>
  );
}
