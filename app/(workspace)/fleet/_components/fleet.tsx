"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { Button } from "@/components/ui/button";
import { FilterBar, type Chip } from "@/components/ui/filter-bar";
import { ListStates } from "@/components/ui/list-states";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { useShownPages } from "@/components/ui/shown-pages";
import { Empty } from "@/components/ui/states";
import { StatusShape } from "@/components/ui/status";
import { useScope } from "../../../_shell/use-scope";
import { ColumnMenu } from "../../../_shell/views/column-menu";
import { ListActions } from "../../../_shell/views/list-actions";
import { Freshness, useRefresh } from "../../../_shell/refresh";
import { useTRPC } from "../../../_trpc/client";
import { AddNode } from "./add-node";
import { FLEET_COLUMNS, FleetTable } from "./fleet-table";
import { trail } from "../../../_shell/registry";

const SHOW = ["all", "bad", "watch", "ok", "unknown", "offline", "proposed", "retired"] as const;

/** The fleet: what is true of it, then every node, the worst first. */
export function Fleet() {
  const [{ q, show, hide }, setFilter] = useQueryStates(
    {
      q: parseAsString.withDefault(""),
      show: parseAsStringLiteral(SHOW).withDefault("all"),
      hide: parseAsArrayOf(parseAsStringLiteral(FLEET_COLUMNS)).withDefault([]),
    },
    { throttleMs: 250 },
  );
  const { scope } = useScope();
  const { intervalMs, control } = useRefresh(5_000);
  const query = useInfiniteQuery({
    ...useTRPC().fleet.list.infiniteQueryOptions(
      { q, show, ...scope },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
    placeholderData: keepPreviousData,
    refetchInterval: intervalMs,
  });
  const { first, shown } = useShownPages(query);
  const facts = first?.facts;
  const known = facts ? facts.nodes + facts.retired : 0;
  const chips: Chip<(typeof SHOW)[number]>[] = [
    { value: "all", label: "All", count: facts?.nodes },
    { value: "bad", label: "Bad", count: facts?.byStatus.bad, status: "bad" },
    { value: "watch", label: "Watch", count: facts?.byStatus.watch, status: "watch" },
    { value: "ok", label: "Ok", count: facts?.byStatus.ok, status: "ok" },
    { value: "unknown", label: "Unknown", count: facts?.byStatus.unknown, status: "unknown" },
    { value: "offline", label: "Offline", count: facts?.offline },
    { value: "proposed", label: "Proposed", count: facts?.waitingNodes },
    { value: "retired", label: "Retired", count: facts?.retired },
  ];
  return (
    <Page
      crumbs={trail("fleet")}
      actions={
        <>
          {first ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isError || query.isRefetchError} /> : null}
          {control}
          <ListActions page="fleet" list="fleet" />
        </>
      }
    >
      {first ? (
        <Headline title={first.verdict.title} shape={<StatusShape status={first.verdict.status} size={14} />}>
          {first.verdict.detail}
        </Headline>
      ) : (
        <Headline title="Fleet" />
      )}
      <Sheet flush>
        {known > 0 ? (
          <FilterBar
            search={q}
            onSearch={(text) => void setFilter({ q: text })}
            placeholder="Filter nodes"
            chips={chips}
            chosen={show}
            onChoose={(value) => void setFilter({ show: value })}
            name="Show"
          >
            <ColumnMenu all={FLEET_COLUMNS} hidden={hide} onHide={(next) => void setFilter({ hide: next })} />
          </FilterBar>
        ) : null}
        <ListStates
          asked={query}
          failed="The fleet could not be read."
          still="Devices keep sending and nothing is lost."
          rows={8}
          columns={6}
          isEmpty={shown.rows.length === 0}
          empty={
            facts?.nodes === 0 && show !== "retired" ? (
              <AddNode />
            ) : (
              <Empty title={show === "retired" && q === "" ? "No node is retired" : "No node matches this filter"}>
                <Button onClick={() => void setFilter({ q: "", show: "all" })}>Show all {facts?.nodes} nodes</Button>
              </Empty>
            )
          }
        >
          <FleetTable {...shown} hidden={hide} />
        </ListStates>
      </Sheet>
    </Page>
  );
}
