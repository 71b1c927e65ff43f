import { DataTable } from "@/components/ui/data-table";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatNumber } from "@/server/fabric/domain/health";
import { clockWords, forecastWords } from "@/server/measured/domain/measured-words";
import type { MeasuredValue } from "@/server/measured/domain/measured-value";
import type { MeasuredRow } from "@/server/measured/queries";
import type { MeasuredReturn } from "@/server/value/domain/measured-return";
import { formatMoney, formatReturn } from "@/server/value/domain/money-words";

/** The figures of what was measured, each with its unit or the reason why it is unknown. */
export function MeasuredMoney({ live, measured }: { live: MeasuredRow; measured: MeasuredValue }) {
  const { unit, currency } = live;
  const { baseline, effect, returns, forecast, clock } = measured;
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    ["Ninety days", clockWords(clock)],
    [
      "Baseline",
      baseline.known ? (
        <StatusText status="ok">
          accepted: {baseline.value.days} days since {live.baselineFrom}, scatter{" "}
          {Math.round(baseline.value.cvRmse * 100)} % of the mean
        </StatusText>
      ) : (
        <StatusText status="bad">refused: {baseline.why}</StatusText>
      ),
    ],
    [
      "Effect a day",
      effect.known ? (
        <>
          <strong>
            {formatNumber(effect.value.perDay)} {unit}
          </strong>
          , 95 % interval {formatNumber(effect.value.low)} to {formatNumber(effect.value.high)}
          <span className={table.sub}>
            {[
              `${effect.value.measuredDays} days measured`,
              `${effect.value.missingDays} missing`,
              ...(effect.value.extrapolatedDays > 0
                ? [`${effect.value.extrapolatedDays} beyond what the baseline has seen`]
                : []),
            ].join(", ")}
          </span>
        </>
      ) : (
        <StatusText status="unknown">{effect.why}</StatusText>
      ),
    ],
    ...(returns.known
      ? ([
          ["Return to date, cash", <Return key="cash" figures={returns.value.cash} currency={currency} />],
          [
            "Return to date, amortised",
            <Return key="amortised" figures={returns.value.amortised} currency={currency} />,
          ],
        ] as const)
      : ([
          [
            "Return to date",
            <StatusText key="none" status="unknown">
              {returns.why}
            </StatusText>,
          ],
        ] as const)),
    [
      "Against the forecast",
      forecast.known ? (
        <StatusText status={forecast.value.where === "below" ? "watch" : "ok"}>
          {forecastWords(forecast.value)}
        </StatusText>
      ) : (
        <StatusText status="unknown">{forecast.why}</StatusText>
      ),
    ],
    [
      "Paid for it",
      <>
        {formatMoney(live.oneOffCents, currency)} once, over {live.usefulLifeDays} days of use; and{" "}
        {formatMoney(live.runCentsPerDay, currency)} a day. One {unit} is worth{" "}
        {`${Math.round(live.centsPerUnit * 100) / 10_000} ${currency}`}, as it was approved at go-live.
      </>,
    ],
    ...live.adjustments.map(({ day, cents, reason, madeByName }): [string, React.ReactNode] => [
      `Adjusted for ${day}`,
      `${formatMoney(cents, currency)}: ${reason} (${madeByName})`,
    ]),
  ];
  return (
    <DataTable label="What was measured" columns={[{ title: "What" }, { title: "Is" }]}>
      {rows.map(([what, is], index) => (
        <tr key={`${what} ${index}`}>
          <td>{what}</td>
          <td>{is}</td>
        </tr>
      ))}
    </DataTable>
  );
}

function Return({ figures, currency }: { figures: MeasuredReturn; currency: string }) {
  const { roi, roiLow, roiHigh, benefitCents, costCents, breakEvenDay, days } = figures;
  return (
    <>
      <strong>{roi === null ? "no ratio: nothing was spent" : formatReturn(roi)}</strong>
      {roiLow === null || roiHigh === null
        ? null
        : `, 95 % interval ${formatReturn(roiLow)} to ${formatReturn(roiHigh)}`}
      <span className={table.sub}>
        {formatMoney(benefitCents, currency)} earned for {formatMoney(costCents, currency)} in {days}{" "}
        {days === 1 ? "day" : "days"};{" "}
        {breakEvenDay === null ? "not paid back yet" : `paid back on day ${breakEvenDay}`}
      </span>
    </>
  );
}
