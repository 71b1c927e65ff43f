"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { TheLine } from "@/components/line/the-line";
import { DataTable } from "@/components/ui/data-table";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, Empty, Failed } from "@/components/ui/states";
import { StatusShape } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatNumber } from "@/server/fabric/domain/health";
import { Freshness, useRefresh } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { useViewer } from "../../../../_shell/viewer";
import { useTRPC } from "../../../../_trpc/client";
import { kpiStop } from "../../../kpis/_components/line-of-kpi";
import { Spark } from "../../../kpis/_components/spark";
import { useBelowKpi } from "../../../kpis/_components/use-mover";
import { History } from "../../../portfolio/[id]/_components/history";
import { EditOutcome } from "../../_components/edit-outcome";
import { outcomeStatus } from "../../_components/outcome-status";
import { Way } from "../../_components/way";

/** One outcome: its KPIs on their way, the use cases that move them, and everything that was decided about it. */
export function Outcome({ id }: { id: string }) {
  const { intervalMs, control } = useRefresh(5_000);
  const query = useQuery({ ...useTRPC().value.outcome.queryOptions({ id }), refetchInterval: intervalMs });
  const mayChange = useViewer()?.can["value.decide"] === true;
  const kpis = query.data?.outcome.kpis ?? [];
  // What is worst off speaks for the line: a KPI that says nothing, before one that does.
  const kpi = kpis.find(({ now }) => !now.known) ?? kpis[0];
  const below = useBelowKpi(kpi, intervalMs);
  if (!query.data)
    return (
      <Page crumbs={trail("outcomes", { label: "Outcome" })}>
        {query.isError ? (
          <Failed what="The outcome could not be read." onRetry={() => void query.refetch()} />
        ) : (
          <BlockSkeleton height={400} />
        )}
      </Page>
    );
  const { outcome, history } = query.data;
  return (
    <Page
      crumbs={trail("outcomes", { label: outcome.statement })}
      actions={
        <>
          <Freshness asOfMs={query.dataUpdatedAt} failed={query.isRefetchError} />
          {control}
          {mayChange ? <EditOutcome outcome={outcome} /> : null}
        </>
      }
    >
      <Headline
        title={outcome.statement}
        shape={<StatusShape status={outcomeStatus(outcome)} size={14} />}
        aside={outcome.state}
      >
        {outcome.ownerName} answers for it, by {outcome.horizon}, {outcome.team}.
      </Headline>
      <TheLine
        stops={[
          {
            ...{ kind: "outcome", label: outcome.statement, status: outcomeStatus(outcome) },
            reason: `${outcome.state}, by ${outcome.horizon}`,
          },
          kpi ? kpiStop(kpi, false) : { kind: "KPI", label: null, status: "unknown" },
          ...below,
        ]}
      />
      <Sheet title="Seen by" flush>
        {outcome.kpis.length === 0 ? (
          <Empty title="No KPI shows it yet">
            <p>Name a KPI with baseline and target; until then it is a draft.</p>
          </Empty>
        ) : (
          <DataTable
            label="Seen by"
            columns={[
              { title: "KPI" },
              { title: "90 days", isWideOnly: true },
              { title: "Baseline", isNumber: true },
              { title: "Target", isNumber: true },
              { title: "On its way" },
              { title: "Moved by" },
            ]}
          >
            {outcome.kpis.map((kpi) => (
              <tr key={kpi.id}>
                <td>
                  <Link href={`/kpis/${kpi.id}`}>{kpi.name}</Link>
                  <span className={table.sub}>{kpi.unit}</span>
                </td>
                <td className={table.wideOnly}>
                  <Spark days={kpi.days} name={kpi.name} unit={kpi.unit} />
                </td>
                <td className={table.num}>{formatNumber(kpi.baseline)}</td>
                <td className={table.num}>{formatNumber(kpi.target)}</td>
                <td>
                  <Way kpi={kpi} />
                </td>
                <td>
                  {kpi.movedBy.length === 0 ? <span className="muted">no use case</span> : null}
                  {kpi.movedBy.map(({ id: useCaseId, title }) => (
                    <span key={useCaseId} className={table.sub}>
                      <Link href={`/portfolio/${useCaseId}`}>{title}</Link>
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </DataTable>
        )}
      </Sheet>
      <History history={history} />
    </Page>
  );
}
