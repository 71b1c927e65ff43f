"use client";
import { useQuery } from "@tanstack/react-query";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Failed, TableSkeleton } from "@/components/ui/states";
import { StatusShape, StatusText } from "@/components/ui/status";
import { TableRegion } from "@/components/ui/table-region";
import table from "@/components/ui/table.module.css";
import { formatAge } from "@/server/fabric/domain/health";
import { type Part, systemVerdict } from "@/server/system/domain/processes";
import { Freshness, useClock, useRefresh } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { useTRPC } from "../../../../_trpc/client";
import { Retention } from "./retention";
import { Storage } from "./storage";
import styles from "./system.module.css";

/** Whether every part works, what is stored, and how long it is kept. */
export function System() {
  const trpc = useTRPC();
  const { intervalMs, control } = useRefresh(10_000);
  const now = useClock();
  const parts = useQuery({ ...trpc.system.parts.queryOptions(), refetchInterval: intervalMs });
  const verdict = parts.data ? systemVerdict(parts.data) : null;
  return (
    <Page
      crumbs={trail("system")}
      actions={
        <>
          {parts.data ? <Freshness asOfMs={parts.dataUpdatedAt} failed={parts.isError} /> : null}
          {control}
        </>
      }
    >
      <Headline
        title={verdict?.title ?? "System"}
        shape={verdict ? <StatusShape status={verdict.status} size={14} /> : null}
      >
        Each process says every ten seconds that it lives. What cannot be asked is unknown, never taken for well.
      </Headline>
      <Sheet flush title="Parts" id="parts">
        {parts.isPending ? <TableSkeleton rows={7} columns={4} /> : null}
        {parts.isError && !parts.data ? (
          <Failed
            what="The state of the parts could not be read."
            detail={parts.error.message}
            onRetry={() => void parts.refetch()}
          />
        ) : null}
        {parts.data ? <Parts parts={parts.data} nowMs={now ?? parts.dataUpdatedAt} /> : null}
      </Sheet>
      <Storage refreshMs={intervalMs} />
      <Retention />
    </Page>
  );
}

function Parts({ parts, nowMs }: { parts: readonly Part[]; nowMs: number }) {
  return (
    <TableRegion label="Parts">
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">State</th>
            <th scope="col">Version</th>
            <th scope="col" className={table.num}>
              Since
            </th>
            <th scope="col" className={table.num}>
              Last heard
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={`${part.kind} ${part.name}`}>
              <td className={styles.name}>
                <strong>{part.name}</strong>
                {part.kind === part.name ? null : <span className={table.sub}>{part.kind}</span>}
              </td>
              <td className={styles.state}>
                <StatusText status={part.status}>{part.words}</StatusText>
                {part.fix ? <span className={table.sub}>{part.fix}</span> : null}
              </td>
              <td className={styles.version}>{part.version ?? "unknown"}</td>
              <td className={table.num}>{part.sinceMs === null ? "unknown" : formatAge(nowMs - part.sinceMs)}</td>
              <td className={table.num}>
                {part.heardMs === null ? "never" : `${formatAge(Math.max(0, nowMs - part.heardMs))} ago`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableRegion>
  );
}
