"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { Button } from "@/components/ui/button";
import { type Chip, FilterBar } from "@/components/ui/filter-bar";
import { ListStates } from "@/components/ui/list-states";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { useShownPages } from "@/components/ui/shown-pages";
import { Empty } from "@/components/ui/states";
import { LOGINS_SHOWN } from "@/server/fabric/domain/node-login-filter";
import { loginsVerdict } from "@/server/fabric/domain/node-login-verdict";
import { Freshness, useRefresh } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { useScope } from "../../../../_shell/use-scope";
import { ListActions } from "../../../../_shell/views/list-actions";
import { useTRPC } from "../../../../_trpc/client";
import { AddNode } from "./add-node";
import { LoginTable } from "./login-table";

/** Which nodes may sign in at the broker, since when, and whose they are. */
export function NodeLogins() {
  const [{ q, show }, setFilter] = useQueryStates(
    { q: parseAsString.withDefault(""), show: parseAsStringLiteral(LOGINS_SHOWN).withDefault("all") },
    { throttleMs: 250 },
  );
  const { scope } = useScope();
  const { intervalMs, control } = useRefresh(30_000);
  const query = useInfiniteQuery({
    ...useTRPC().fleet.logins.infiniteQueryOptions(
      { q, show, ...scope },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
    placeholderData: keepPreviousData,
    refetchInterval: intervalMs,
  });
  const { first, shown } = useShownPages(query);
  const chips: Chip<(typeof LOGINS_SHOWN)[number]>[] = [
    { value: "all", label: "All", count: first?.facts.all },
    { value: "with-login", label: "With a login", count: first?.facts.withLogin },
    { value: "without-login", label: "Without a login", count: first?.facts.withoutLogin },
    { value: "retired", label: "Retired", count: first?.facts.retired },
  ];
  return (
    <Page
      crumbs={trail("node-logins")}
      actions={
        <>
          {first ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isError} staleAfterMs={90_000} /> : null}
          {control}
          <ListActions page="node-logins" list="node-logins" />
          <AddNode />
        </>
      }
    >
      <Headline title={first ? loginsVerdict(first.facts) : "Node logins"}>
        Each node signs in at the broker with its name and a token of its own. A token is shown when it is made and kept
        by nobody but the node.
      </Headline>
      <Sheet flush>
        <FilterBar
          search={q}
          onSearch={(text) => void setFilter({ q: text })}
          placeholder="Filter nodes"
          chips={chips}
          chosen={show}
          onChoose={(value) => void setFilter({ show: value })}
          name="Show"
        />
        <ListStates
          asked={query}
          failed="The logins could not be read."
          still="Nodes keep signing in, and nothing is lost."
          columns={5}
          isEmpty={shown.rows.length === 0}
          empty={
            <Empty title={first?.facts.all === 0 ? "There is no node yet" : "No node matches this filter"}>
              {first?.facts.all === 0 ? (
                <p>Add one above, and give the device its name and its token.</p>
              ) : (
                <Button onClick={() => void setFilter({ q: "", show: "all" })}>Show all</Button>
              )}
            </Empty>
          }
        >
          <LoginTable {...shown} />
        </ListStates>
      </Sheet>
    </Page>
  );
}
