"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { parseAsString, useQueryStates } from "nuqs";
import { AuditTable } from "@/components/audit/audit-table";
import { Button } from "@/components/ui/button";
import { ListStates } from "@/components/ui/list-states";
import { Menu } from "@/components/ui/menu";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { Freshness, useRefresh } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { useScope } from "../../../../_shell/use-scope";
import { useViewer } from "../../../../_shell/viewer";
import { useTRPC } from "../../../../_trpc/client";
import styles from "./audit.module.css";
import { Verify } from "./verify";
import { AuditTime, useAuditTime } from "./audit-time";

const FILTER = { q: parseAsString.withDefault(""), action: parseAsString };

/** The filter as the export takes it; what narrows nothing stays out. */
function addressOf(filter: Record<string, string | number | null>): string {
  const kept = Object.entries(filter).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]));
  return new URLSearchParams(kept).toString();
}

/** What was done, by whom and to what, the newest first. */
export function Audit() {
  const [shown, setFilter] = useQueryStates(FILTER, { throttleMs: 300 });
  const { scope, setScope } = useScope();
  const { team } = scope;
  const time = useAuditTime();
  const filter = { ...shown, team, ...time.bounds };
  const { intervalMs, control } = useRefresh(30_000);
  const viewer = useViewer();
  const query = useInfiniteQuery({
    ...useTRPC().audit.list.infiniteQueryOptions(filter, {
      getNextPageParam: (page) => page.next,
      initialCursor: null,
    }),
    placeholderData: keepPreviousData,
    refetchInterval: intervalMs,
  });
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  const actions = query.data?.pages[0]?.actions ?? [];
  const isFiltered = filter.q !== "" || filter.action !== null || team !== null || filter.fromMs !== null;
  const newest = rows[0];
  const exportLink = `/api/audit/export?${addressOf(filter)}`;
  return (
    <Page
      crumbs={trail("audit")}
      actions={
        <>
          {query.data ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isError} staleAfterMs={90_000} /> : null}
          {control}
          <AuditTime {...time} />
          {viewer?.can["audit.export"] ? (
            <>
              <Verify />
              <a className={styles.export} href={exportLink} download>
                Export CSV
              </a>
            </>
          ) : null}
        </>
      }
    >
      <Headline
        title={newest && !isFiltered ? `${newest.actorName} was the last to change something` : "The audit log"}
      >
        Every change leaves a row that nobody can edit. <code>throughline audit verify</code> proves that none was
        changed, removed or added.
      </Headline>
      <Sheet flush>
        <div className={styles.filter}>
          <input
            type="search"
            aria-label="Filter"
            placeholder="Who, what or to what"
            value={filter.q}
            maxLength={200}
            onChange={(event) => void setFilter({ q: event.target.value })}
          />
          <Menu
            label={filter.action ?? "Anything"}
            name={`Action: ${filter.action ?? "any"}`}
            items={[
              { label: "Anything", checked: filter.action === null, onSelect: () => void setFilter({ action: null }) },
              ...actions.map((action) => ({
                label: action,
                checked: filter.action === action,
                onSelect: () => void setFilter({ action }),
              })),
            ]}
          />
        </div>
        <ListStates
          asked={query}
          failed="The audit log could not be read."
          rows={8}
          isEmpty={rows.length === 0}
          empty={
            <Empty title={isFiltered ? "No row matches this filter" : "Nothing has been changed yet"}>
              {isFiltered ? (
                <Button
                  onClick={() => {
                    void setFilter({ q: "", action: null });
                    void setScope({ team: null });
                    time.choose(null);
                  }}
                >
                  Show all
                </Button>
              ) : null}
            </Empty>
          }
        >
          <AuditTable rows={rows} stale={query.isPlaceholderData} />
        </ListStates>
        {query.hasNextPage ? (
          <div className={styles.more}>
            <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Show older
            </Button>
          </div>
        ) : null}
      </Sheet>
    </Page>
  );
}
