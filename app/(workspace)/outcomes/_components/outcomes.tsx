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
import { outcomesVerdict } from "@/server/value/domain/kpi-words";
import type { OutcomeRow } from "@/server/value/outcome-queries";
import { useCarry } from "../../../_shell/carry";
import { Freshness, useRefresh } from "../../../_shell/refresh";
import { ExportLink } from "../../../_shell/views/list-actions";
import { trail } from "../../../_shell/registry";
import { useScope } from "../../../_shell/use-scope";
import { useViewer } from "../../../_shell/viewer";
import { useTRPC } from "../../../_trpc/client";
import { EditOutcome } from "./edit-outcome";
import styles from "./outcomes.module.css";
import { outcomeStatus } from "./outcome-status";
import { Way } from "./way";

const COLUMNS = [
  { title: "Outcome" },
  { title: "State" },
  { title: "Wanted by" },
  { title: "Answers for it", isWideOnly: true },
  { title: "Seen by" },
] as const;

/** What the business wants, until when, and how far each KPI is on its way. */
export function Outcomes() {
  const { intervalMs, control } = useRefresh(10_000);
  const { team } = useScope().scope;
  const query = useQuery({
    ...useTRPC().value.outcomes.queryOptions({ team }),
    placeholderData: keepPreviousData,
    refetchInterval: intervalMs,
  });
  const mayChange = useViewer()?.can["value.decide"] === true;
  const rows = query.data ?? [];
  const today = new Date(query.dataUpdatedAt).toISOString().slice(0, 10);
  return (
    <Page
      crumbs={trail("outcomes")}
      actions={
        <>
          {query.data ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isRefetchError} /> : null}
          {control}
          <ExportLink list="outcomes" />
          {mayChange ? <EditOutcome outcome={null} /> : null}
        </>
      }
    >
      <Headline title={query.data ? outcomesVerdict(rows, today) : "Outcomes"}>
        An outcome has somebody who answers for it, a day by which it is wanted, and KPIs with a baseline and a target.
      </Headline>
      <Sheet flush>
        <ListStates
          asked={query}
          failed="The outcomes could not be read."
          columns={5}
          isEmpty={rows.length === 0}
          empty={
            <Empty title={team === null ? "There is no outcome yet" : "This team has no outcome yet"}>
              <p>Write down what the business wants, such as a third fewer unplanned stops by summer.</p>
              {mayChange ? <EditOutcome outcome={null} /> : null}
            </Empty>
          }
        >
          <DataTable label="Outcomes" columns={COLUMNS} cards>
            {rows.map((outcome) => (
              <OutcomeLine key={outcome.id} outcome={outcome} />
            ))}
          </DataTable>
        </ListStates>
      </Sheet>
    </Page>
  );
}

function OutcomeLine({ outcome }: { outcome: OutcomeRow }) {
  const carry = useCarry();
  return (
    <tr>
      <td>
        <Link href={carry(`/outcomes/${outcome.id}`)} className={table.rowLink}>
          {outcome.statement}
        </Link>
        <span className={table.sub}>{outcome.team}</span>
      </td>
      <td>
        <StatusText status={outcomeStatus(outcome)}>{outcome.state}</StatusText>
      </td>
      <td className={table.nowrap}>{outcome.horizon}</td>
      <td className={table.wideOnly}>{outcome.ownerName}</td>
      <td className={table.wholeRow}>
        {outcome.kpis.length === 0 ? <span className="muted">no KPI yet</span> : null}
        {outcome.kpis.map((kpi) => (
          <span key={kpi.id} className={styles.way}>
            {kpi.name}, {formatNumber(kpi.baseline)} to {formatNumber(kpi.target)} {kpi.unit}: <Way kpi={kpi} />
          </span>
        ))}
      </td>
    </tr>
  );
}
