"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { DataTable } from "@/components/ui/data-table";
import { ListStates } from "@/components/ui/list-states";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatNumber } from "@/server/fabric/domain/health";
import { clockWords, forecastWords, overviewVerdict } from "@/server/measured/domain/measured-words";
import type { MeasuredOverview as Overview } from "@/server/measured/queries";
import type { MeasuredReturn } from "@/server/value/domain/measured-return";
import { formatMoney, formatReturn } from "@/server/value/domain/money-words";
import { Freshness, useRefresh } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { useScope } from "../../../../_shell/use-scope";
import { ExportLink } from "../../../../_shell/views/list-actions";
import { useTRPC } from "../../../../_trpc/client";
import { Calibrations } from "./calibrations";

/** Every use case that went live with what it paid so far, and how well our own estimates held. */
export function MeasuredOverview() {
  const { intervalMs, control } = useRefresh(60_000);
  const { team } = useScope().scope;
  const query = useQuery({
    ...useTRPC().measured.overview.queryOptions({ team }),
    placeholderData: keepPreviousData,
    refetchInterval: intervalMs,
  });
  const rows = query.data?.rows ?? [];
  return (
    <Page
      crumbs={trail("measured")}
      actions={
        <>
          {query.data ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isRefetchError} /> : null}
          {control}
          <ExportLink list="measured" />
        </>
      }
    >
      <Headline title={query.data ? overviewVerdict(rows) : "Measured value"}>
        Measured against what would have been without it, day by day since each went live.
      </Headline>
      <Sheet title="What went live" flush>
        <ListStates
          asked={query}
          failed="What was measured could not be read."
          still="Nothing that was measured is lost."
          rows={4}
          columns={6}
          isEmpty={rows.length === 0}
          empty={
            <Empty title={team === null ? "Nothing has gone live yet" : "Nothing of this team has gone live yet"}>
              <p>
                On the page of a use case somebody who decides says on which day it went live. From then on the days of
                its KPI are compared with what would have been.
              </p>
            </Empty>
          }
        >
          <DataTable
            label="What went live"
            columns={[
              { title: "Use case" },
              { title: "Ninety days" },
              { title: "Effect a day", isNumber: true },
              { title: "Return, cash", isNumber: true },
              { title: "Return, amortised", isNumber: true },
              { title: "Against the forecast" },
            ]}
          >
            {rows.map((row) => (
              <Row key={row.useCaseId} row={row} />
            ))}
          </DataTable>
        </ListStates>
      </Sheet>
      {query.data ? <Calibrations calibration={query.data.calibration} open={query.data.open} /> : null}
    </Page>
  );
}

function Row({ row }: { row: Overview["rows"][number] }) {
  const { useCaseId, title, liveOn, unit, currency, measured } = row;
  const name = (
    <td>
      <Link href={`/portfolio/${useCaseId}`}>{title}</Link>
      <span className={table.sub}>live since {liveOn}</span>
    </td>
  );
  if (!measured.known)
    return (
      <tr>
        {name}
        <td colSpan={5}>
          <StatusText status="unknown">{measured.why}</StatusText>
        </td>
      </tr>
    );
  const { clock, effect, returns, forecast, says } = measured.value;
  return (
    <tr>
      {name}
      <td>{clockWords(clock)}</td>
      {effect.known ? (
        <td className={table.num}>
          {formatNumber(effect.value.perDay)} {unit}
          <span className={table.sub}>
            {formatNumber(effect.value.low)} to {formatNumber(effect.value.high)}
          </span>
        </td>
      ) : (
        <td>
          <StatusText status="unknown">{says}</StatusText>
        </td>
      )}
      {returns.known ? (
        <>
          <Money figures={returns.value.cash} currency={currency} />
          <Money figures={returns.value.amortised} currency={currency} />
        </>
      ) : (
        <td colSpan={2}>
          <StatusText status="unknown">{returns.why}</StatusText>
        </td>
      )}
      <td>
        {forecast.known ? (
          <StatusText status={forecast.value.where === "below" ? "watch" : "ok"}>
            {forecastWords(forecast.value)}
          </StatusText>
        ) : (
          <StatusText status="unknown">{forecast.why}</StatusText>
        )}
      </td>
    </tr>
  );
}

function Money({ figures, currency }: { figures: MeasuredReturn; currency: string }) {
  const { roi, netCents, breakEvenDay } = figures;
  return (
    <td className={table.num}>
      <strong>{roi === null ? "no ratio" : formatReturn(roi)}</strong>
      <span className={table.sub}>
        {formatMoney(netCents, currency)} net,{" "}
        {breakEvenDay === null ? "not paid back" : `paid back on day ${breakEvenDay}`}
      </span>
    </td>
  );
}
