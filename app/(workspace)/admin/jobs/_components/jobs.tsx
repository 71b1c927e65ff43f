"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { jobWords } from "@/components/jobs/job-progress";
import { Button } from "@/components/ui/button";
import { FilterBar } from "@/components/ui/filter-bar";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty, Failed, TableSkeleton } from "@/components/ui/states";
import { StatusText } from "@/components/ui/status";
import { TableRegion } from "@/components/ui/table-region";
import table from "@/components/ui/table.module.css";
import { KIND_RULES, RUN_STATES, type RunState } from "@/server/jobs/domain/kinds";
import { jobView } from "../../../../_shell/job-view";
import { Freshness, useClock, useRefresh } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { ExportLink } from "../../../../_shell/views/list-actions";
import { useTRPC } from "../../../../_trpc/client";
import { Moment } from "@/components/ui/moment";
import { Schedules } from "./schedules";

const STATES = ["any", ...RUN_STATES] as const;
const FILTER = { q: parseAsString.withDefault(""), state: parseAsStringLiteral(STATES).withDefault("any") };

/** What runs in the background: runs that people started, how many wait, and what the schedules did last and do next. */
export function Jobs() {
  const trpc = useTRPC();
  const now = useClock();
  const { intervalMs, control } = useRefresh(10_000);
  const [{ q, state }, setFilter] = useQueryStates(FILTER, { throttleMs: 300 });
  const query = useInfiniteQuery({
    ...trpc.jobs.list.infiniteQueryOptions(
      { q, state: state === "any" ? null : state },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
    placeholderData: keepPreviousData,
    refetchInterval: intervalMs,
  });
  const schedules = useQuery({ ...trpc.jobs.schedules.queryOptions(), refetchInterval: intervalMs });
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  const counts = query.data?.pages[0]?.counts;
  const isFiltered = q !== "" || state !== "any";
  return (
    <Page
      crumbs={trail("admin-jobs")}
      actions={
        <>
          {query.data ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isError} /> : null}
          {control}
          <ExportLink list="jobs" />
        </>
      }
    >
      <Headline title={counts ? depthWords(counts) : "Jobs"}>
        Two run at a time in each jobs process; the others wait in the order in which they were asked for.
      </Headline>
      <Sheet flush title="Runs">
        <FilterBar
          search={q}
          onSearch={(text) => void setFilter({ q: text })}
          placeholder="What, or who started it"
          name="State"
          chosen={state}
          onChoose={(value) => void setFilter({ state: value })}
          chips={STATES.map((value) => ({
            value,
            label: value.charAt(0).toUpperCase() + value.slice(1),
            ...(value !== "any" && counts ? { count: counts[value] } : {}),
          }))}
        />
        {query.isPending ? <TableSkeleton rows={6} columns={4} /> : null}
        {query.isError && rows.length === 0 ? (
          <Failed
            what="The jobs could not be read."
            still="They go on meanwhile."
            detail={query.error.message}
            onRetry={() => void query.refetch()}
          />
        ) : null}
        {query.data && rows.length === 0 ? (
          <Empty title={isFiltered ? "No job matches this filter" : "Nobody has started a job yet"}>
            {isFiltered ? (
              <Button onClick={() => void setFilter({ q: "", state: "any" })}>Show all</Button>
            ) : (
              <p>Exports of readings, rollups computed anew and verifications of the audit log are listed here.</p>
            )}
          </Empty>
        ) : null}
        {rows.length > 0 ? (
          <TableRegion label="Runs">
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">Job</th>
                  <th scope="col">State</th>
                  <th scope="col">Started by</th>
                  <th scope="col">Asked for</th>
                  <th scope="col" className={table.num}>
                    Attempts
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((run) => {
                  const { status, words } = jobWords(jobView(run, false), now ?? query.dataUpdatedAt);
                  return (
                    <tr key={run.id}>
                      <td>
                        <Link href={`/admin/jobs/${run.id}`} className={table.rowLink} data-row>
                          {run.title}
                        </Link>
                        <span className={table.sub}>{KIND_RULES[run.kind].label}</span>
                      </td>
                      <td>
                        <StatusText status={status}>{words}</StatusText>
                      </td>
                      <td>{run.ownerName}</td>
                      <td>
                        <Moment ms={run.createdMs} />
                      </td>
                      <td className={table.num}>{run.attempts}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </TableRegion>
        ) : null}
        {query.hasNextPage ? (
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show older
          </Button>
        ) : null}
      </Sheet>
      <Sheet flush title="Schedules" aside="times in UTC">
        <Schedules
          rows={schedules.data ?? null}
          failed={schedules.isError}
          nowMs={now ?? schedules.dataUpdatedAt}
          onRetry={() => void schedules.refetch()}
        />
      </Sheet>
    </Page>
  );
}

function depthWords({ queued, running, failed }: Record<RunState, number>): string {
  if (queued + running === 0) return failed === 0 ? "Nothing runs, nothing waits" : `Nothing runs; ${failed} failed`;
  return `${running} ${running === 1 ? "runs" : "run"}, ${queued} ${queued === 1 ? "waits" : "wait"}`;
}
