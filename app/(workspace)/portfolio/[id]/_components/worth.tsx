import { RangeBar } from "@/components/charts/range-bar";
import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatMoney, formatReturn } from "@/server/value/domain/money-words";
import { throughlineScore } from "@/server/value/domain/score";
import type { ValuePolicy } from "@/server/value/domain/standing";
import type { PortfolioRow } from "@/server/value/queries";
import styles from "../../_components/portfolio.module.css";

const PARTS = ["value", "readiness", "kpiClarity", "sponsorship"] as const;

/** What it brings, in money and as a score, and what each is made of. */
export function Worth({ row, policy }: { row: PortfolioRow; policy: ValuePolicy }) {
  const { forecast, standing } = row;
  if (!forecast)
    return (
      <Sheet title="What it is worth" flush>
        <Empty title="Nobody has estimated it yet">
          <p>
            An estimate in low, likeliest and high gives its 90-day return as a range, and its net value over a year.
          </p>
        </Empty>
      </Sheet>
    );
  const { candidate, outlayCents } = standing;
  const score = throughlineScore(candidate.parts, policy.weights);
  const axis = { low: Math.min(-0.5, forecast.p10), high: Math.max(0.5, forecast.p90) };
  const range = `${formatReturn(forecast.p10)} to ${formatReturn(forecast.p90)}`;
  return (
    <Sheet title="What it is worth" aside={`Score ${Math.round(score.value)} of 100`} flush>
      <div className={styles.worth}>
        <p>
          In 90 days it returns <strong>{formatReturn(forecast.p50)}</strong> in the middle case, {range} in eight cases
          of ten; it pays in {Math.round(forecast.chanceOfGain * 100)} % of them. Over a year, with the risk that it
          does not work, its net value is <strong>{formatMoney(candidate.netValueCents, policy.currency)}</strong>
          {outlayCents === null ? "" : ` for ${formatMoney(outlayCents, policy.currency)} to start`}.
        </p>
        <RangeBar {...forecast} axis={axis} says={`90-day return ${range}, median ${formatReturn(forecast.p50)}`} />
      </div>
      <DataTable
        label="The score, term by term"
        columns={[
          { title: "Part" },
          { title: "Is", isNumber: true },
          { title: "Weight", isNumber: true },
          { title: "Points", isNumber: true },
        ]}
      >
        {score.terms.map(({ name, value }, index) => {
          const part = PARTS[index] ?? "value";
          const fact = candidate.parts[part];
          return (
            <tr key={name}>
              <td>
                {name}
                {fact.known ? null : <span className={table.sub}>{fact.why}</span>}
              </td>
              <td className={table.num}>
                {fact.known ? `${Math.round(fact.value * 100)} %` : <StatusText status="unknown">unknown</StatusText>}
              </td>
              <td className={table.num}>{policy.weights[part]}</td>
              <td className={table.num}>{Math.round(value * 10) / 10}</td>
            </tr>
          );
        })}
        <tr>
          <td>
            <strong>Score</strong>
            {score.atMost - score.value >= 0.5 ? (
              <span className={table.sub}>{Math.round(score.atMost)} if all that is unknown turned out well</span>
            ) : null}
          </td>
          <td className={table.num}>–</td>
          <td className={table.num}>100</td>
          <td className={table.num}>
            <strong>{Math.round(score.value * 10) / 10}</strong>
          </td>
        </tr>
      </DataTable>
    </Sheet>
  );
}
