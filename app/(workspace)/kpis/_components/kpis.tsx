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
import { kpisVerdict } from "@/server/value/domain/kpi-words";
import type { KpiRow } from "@/server/value/kpi-queries";
import { useCarry } from "../../../_shell/carry";
import { Freshness, useRefresh } from "../../../_shell/refresh";
import { ExportLink } from "../../../_shell/views/list-actions";
import { trail } from "../../../_shell/registry";
import { useScope } from "../../../_shell/use-scope";
import { useViewer } from "../../../_shell/viewer";
import { useTRPC } from "../../../_trpc/client";
import { EditKpi } from "./edit-kpi";
import { kpiSource } from "./kpi-source";
import { Spark } from "./spark";

const COLUMNS = [
  { title: "KPI" },
  { title: "Now", isNumber: true },
  { title: "90 days" },
  { title: "Good days", isNumber: true },
  { title: "Owner", isWideOnly: true },
  { title: "Moved by", isWideOnly: true },
] as const;

/** Every KPI with what it says now, or why it says nothing. */
export function Kpis() {
  const { intervalMs, control } = useRefresh(10_000);
  const { team } = useScope().scope;
  const query = useQuery({
    ...useTRPC().value.kpis.queryOptions({ team }),
    placeholderData: keepPreviousData,
    refetchInterval: intervalMs,
  });
  const mayChange = useViewer()?.can["value.estimate"] === true;
  const rows = query.data ?? [];
  return (
    <Page
      crumbs={trail("kpis")}
      actions={
        <>
          {query.data ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isRefetchError} /> : null}
          {control}
          <ExportLink list="kpis" />
          {mayChange ? <EditKpi kpi={null} /> : null}
        </>
      }
    >
      <Headline title={query.data ? kpisVerdict(rows) : "KPIs"}>
        A KPI has one value per day that is over. A stale or thin one is unknown, never its last good value.
      </Headline>
      <Sheet flush>
        <ListStates
          asked={query}
          failed="The KPIs could not be read."
          columns={6}
          isEmpty={rows.length === 0}
          empty={
            <Empty title={team === null ? "There is no KPI yet" : "This team has no KPI yet"}>
              <p>
                A KPI is a figure that the business looks at: stops per week, kilowatt-hours per day. Bound to a stream
                it computes itself, and a use case can promise to move it.
              </p>
              {mayChange ? <EditKpi kpi={null} /> : null}
            </Empty>
          }
        >
          <DataTable label="KPIs" columns={COLUMNS} cards>
            {rows.map((kpi) => (
              <KpiLine key={kpi.id} kpi={kpi} />
            ))}
          </DataTable>
        </ListStates>
      </Sheet>
    </Page>
  );
}

function KpiLine({ kpi }: { kpi: KpiRow }) {
  const carry = useCarry();
  const good = kpi.days.filter(({ quality }) => quality === "good" || quality === "manual").length;
  return (
    <tr>
      <td>
        <Link href={carry(`/kpis/${kpi.id}`)} className={table.rowLink}>
          {kpi.name}
        </Link>
        <span className={table.sub}>{kpiSource(kpi)}</span>
      </td>
      <td className={table.num}>
        {kpi.now.known ? (
          <>
            <strong>{formatNumber(kpi.now.value.value)}</strong> {kpi.unit}
            <span className={table.sub}>{kpi.now.value.day}</span>
          </>
        ) : (
          <StatusText status="unknown">unknown</StatusText>
        )}
      </td>
      <td className={table.wholeRow}>
        {kpi.now.known ? (
          <Spark days={kpi.days} name={kpi.name} unit={kpi.unit} />
        ) : (
          <span className="muted">{kpi.now.why}</span>
        )}
      </td>
      <td className={table.num}>
        {good}
        <span className={table.sub}>of {kpi.days.length}</span>
      </td>
      <td className={table.wideOnly}>{kpi.ownerName ?? <span className="muted">nobody</span>}</td>
      <td className={table.wideOnly}>
        {kpi.movedBy.length === 0 ? <span className="muted">no use case</span> : null}
        {kpi.movedBy.map(({ id, title }) => (
          <span key={id} className={table.sub}>
            <Link href={carry(`/portfolio/${id}`)}>{title}</Link>
          </span>
        ))}
      </td>
    </tr>
  );
}
