"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo, useState } from "react";
import { Button } from "@/components/ui/button";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty, Failed, TableSkeleton } from "@/components/ui/states";
import { quarantineVerdict } from "@/server/fabric/domain/quarantine-verdict";
import { ListActions } from "../../../../_shell/views/list-actions";
import { Freshness, useRefresh } from "../../../../_shell/refresh";
import { useScope } from "../../../../_shell/use-scope";
import { useTRPC } from "../../../../_trpc/client";
import { QuarantineFilter } from "./quarantine-filter";
import { QuarantineTable } from "./quarantine-table";
import { useDecisions } from "./use-decisions";
import styles from "./quarantine.module.css";
import { trail } from "../../../../_shell/registry";

const STATUSES = ["held", "replayed", "discarded"] as const;

/** Messages that were refused, why, and what to do about each. */
export function Quarantine() {
  const [filter, setFilter] = useQueryStates({
    node: parseAsString,
    reason: parseAsString,
    status: parseAsStringLiteral(STATUSES).withDefault("held"),
  });
  const { scope, setScope } = useScope();
  const { intervalMs, control } = useRefresh(10_000);
  const query = useInfiniteQuery({
    ...useTRPC().quarantine.list.infiniteQueryOptions(
      { ...filter, ...scope },
      {
        getNextPageParam: (page) => page.next,
        initialCursor: null,
      },
    ),
    placeholderData: keepPreviousData,
    refetchInterval: intervalMs,
  });
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const decisions = useDecisions(() => setChosen(new Set()));
  const first = query.data?.pages[0];
  const rows = useMemo(
    () => query.data?.pages.flatMap((page) => page.rows).filter((row) => !decisions.hidden.has(row.id)) ?? [],
    [query.data, decisions.hidden],
  );
  const picked = rows.filter((row) => chosen.has(row.id)).map((row) => row.id);
  const filtered = scope.site !== null || scope.team !== null || filter.node !== null || filter.reason !== null;
  const verdict = first
    ? quarantineVerdict({
        status: filter.status,
        matching: Math.max(0, first.matching - (filter.status === "held" ? decisions.hidden.size : 0)),
        reasons: first.reasons.filter(({ reason }) => filter.reason === null || reason === filter.reason),
        nodes: first.nodes.filter(({ nodeId }) => filter.node === null || nodeId === filter.node),
      })
    : null;
  return (
    <Page
      crumbs={trail("quarantine")}
      actions={
        <>
          {first ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isError || query.isRefetchError} /> : null}
          {control}
          <ListActions page="quarantine" list="quarantine" />
        </>
      }
    >
      <Headline title={verdict?.title ?? "Quarantine"}>{verdict?.detail}</Headline>
      <Sheet flush>
        {first ? (
          <QuarantineFilter
            filter={filter}
            reasons={first.reasons}
            nodes={first.nodes}
            onChange={(next) => {
              setChosen(new Set());
              void setFilter(next);
            }}
          />
        ) : null}
        {filter.status === "held" && rows.length > 0 ? (
          <div className={styles.bulk}>
            <label>
              <input
                type="checkbox"
                checked={picked.length === rows.length}
                ref={(box) => {
                  if (box) box.indeterminate = picked.length > 0 && picked.length < rows.length;
                }}
                onChange={(event) => setChosen(event.target.checked ? new Set(rows.map((row) => row.id)) : new Set())}
              />{" "}
              {picked.length === 0 ? `Choose all ${rows.length} shown` : `${picked.length} chosen`}
            </label>
            {picked.length > 0 ? (
              <span>
                <Button size="small" look="primary" disabled={decisions.busy} onClick={() => decisions.replay(picked)}>
                  Replay {picked.length}
                </Button>
                <Button size="small" onClick={() => decisions.discard(picked)}>
                  Discard {picked.length}
                </Button>
              </span>
            ) : null}
          </div>
        ) : null}
        {query.isError && !first ? (
          <Failed
            what="The quarantine could not be read."
            still="Nothing in it is lost, and devices keep sending."
            detail={query.error.message}
            onRetry={() => void query.refetch()}
          />
        ) : null}
        {query.isPending ? <TableSkeleton rows={8} columns={4} /> : null}
        {first && rows.length === 0 ? (
          <Empty
            title={
              filtered
                ? "No message matches this filter"
                : filter.status === "held"
                  ? "Nothing is held"
                  : filter.status === "replayed"
                    ? "Nothing has been replayed"
                    : "Nothing has been discarded"
            }
          >
            {filtered ? (
              <Button
                onClick={() => {
                  void setFilter({ node: null, reason: null });
                  void setScope({ site: null, team: null });
                }}
              >
                Show all
              </Button>
            ) : (
              <p>
                A message that cannot be read, breaks its contract, or comes from a stream that nobody accepted is kept
                here with the reason, instead of being dropped.
              </p>
            )}
          </Empty>
        ) : null}
        {rows.length > 0 && first ? (
          <QuarantineTable
            rows={rows}
            matching={first.matching}
            asOfMs={query.dataUpdatedAt}
            dimmed={query.isPlaceholderData}
            chosen={chosen}
            onChosen={setChosen}
            decisions={decisions}
            more={query.hasNextPage ? () => void query.fetchNextPage() : null}
          />
        ) : null}
      </Sheet>
    </Page>
  );
}
