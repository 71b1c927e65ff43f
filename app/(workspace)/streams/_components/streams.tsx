"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { Button } from "@/components/ui/button";
import { FilterBar, type Chip } from "@/components/ui/filter-bar";
import { ListStates } from "@/components/ui/list-states";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { useShownPages } from "@/components/ui/shown-pages";
import { Empty } from "@/components/ui/states";
import { formatCount } from "@/server/fabric/domain/health";
import { useScope } from "../../../_shell/use-scope";
import { ColumnMenu } from "../../../_shell/views/column-menu";
import { ListActions } from "../../../_shell/views/list-actions";
import { Freshness, useRefresh } from "../../../_shell/refresh";
import { useTRPC } from "../../../_trpc/client";
import { AddNode } from "../../fleet/_components/add-node";
import { STREAM_COLUMNS, StreamTable } from "./stream-table";
import { trail } from "../../../_shell/registry";

const STATES = ["any", "accepted", "proposed", "retired"] as const;
const CHIPS: readonly Chip<(typeof STATES)[number]>[] = [
  { value: "any", label: "All" },
  { value: "accepted", label: "Accepted" },
  { value: "proposed", label: "Proposed", status: "unknown" },
  { value: "retired", label: "Of retired nodes" },
];

/** Every stream, found by words of its node, device, key or quantity. */
export function Streams() {
  const [{ q, state, node, hide }, setFilter] = useQueryStates(
    {
      q: parseAsString.withDefault(""),
      state: parseAsStringLiteral(STATES).withDefault("any"),
      node: parseAsString,
      hide: parseAsArrayOf(parseAsStringLiteral(STREAM_COLUMNS)).withDefault([]),
    },
    { throttleMs: 250 },
  );
  const { scope } = useScope();
  const { intervalMs, control } = useRefresh(5_000);
  const query = useInfiniteQuery({
    ...useTRPC().streams.list.infiniteQueryOptions(
      { q, node, ...scope, status: state === "any" ? null : state },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
    placeholderData: keepPreviousData,
    refetchInterval: intervalMs,
  });
  const { first, shown } = useShownPages(query);
  const title = !first
    ? "Streams"
    : first.total === 0
      ? "No stream is known yet"
      : first.matching === first.total
        ? `${formatCount(first.total)} ${first.total === 1 ? "stream" : "streams"} to explore`
        : `${formatCount(first.matching)} of ${formatCount(first.total)} streams match`;
  return (
    <Page
      crumbs={trail("streams")}
      actions={
        <>
          {first ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isError || query.isRefetchError} /> : null}
          {control}
          <ListActions page="streams" list="streams" />
        </>
      }
    >
      <Headline title={title}>
        {node ? (
          <>
            Only of {node}.{" "}
            <button type="button" className="link" onClick={() => void setFilter({ node: null })}>
              Show all nodes
            </button>
          </>
        ) : (
          "A stream is one quantity at one point. Open one to see its history."
        )}
      </Headline>
      <Sheet flush>
        {first && first.total > 0 ? (
          <FilterBar
            search={q}
            onSearch={(text) => void setFilter({ q: text })}
            placeholder="Filter streams"
            chips={CHIPS}
            chosen={state}
            onChoose={(value) => void setFilter({ state: value })}
            name="State"
          >
            <ColumnMenu all={STREAM_COLUMNS} hidden={hide} onHide={(next) => void setFilter({ hide: next })} />
          </FilterBar>
        ) : null}
        <ListStates
          asked={query}
          failed="The streams could not be read."
          still="Devices keep sending and nothing is lost."
          rows={10}
          columns={5}
          isEmpty={shown.rows.length === 0}
          empty={
            first?.total === 0 ? (
              <AddNode />
            ) : (
              <Empty title="No stream matches this filter">
                <Button onClick={() => void setFilter({ q: "", state: "any", node: null })}>Show all streams</Button>
              </Empty>
            )
          }
        >
          <StreamTable {...shown} hidden={hide} withNode />
        </ListStates>
      </Sheet>
    </Page>
  );
}
