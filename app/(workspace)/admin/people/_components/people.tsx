"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { Button } from "@/components/ui/button";
import { type Chip, FilterBar } from "@/components/ui/filter-bar";
import { ListStates } from "@/components/ui/list-states";
import { Menu } from "@/components/ui/menu";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { useShownPages } from "@/components/ui/shown-pages";
import { Empty } from "@/components/ui/states";
import { StatusShape } from "@/components/ui/status";
import { ROLES } from "@/server/core/domain/permissions";
import { peopleVerdict } from "@/server/identity/domain/people-verdict";
import { PEOPLE_ORDERS, PEOPLE_SHOWN } from "@/server/identity/domain/people-filter";
import { Freshness, useRefresh } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { ROLE_WORDS } from "../../../../_shell/roles";
import { useScope } from "../../../../_shell/use-scope";
import { useViewer } from "../../../../_shell/viewer";
import { ListActions } from "../../../../_shell/views/list-actions";
import { useTRPC } from "../../../../_trpc/client";
import { Invite } from "./invite";
import { PeopleTable } from "./people-table";

const ORDER_WORDS = { name: "By name", seen: "Last here first", added: "Newest first" } as const;

/** Everybody with an account: who may sign in, as what, and when they were last here. */
export function People() {
  const [{ q, show, role, order }, setFilter] = useQueryStates(
    {
      q: parseAsString.withDefault(""),
      show: parseAsStringLiteral(PEOPLE_SHOWN).withDefault("all"),
      role: parseAsStringLiteral(ROLES),
      order: parseAsStringLiteral(PEOPLE_ORDERS).withDefault("name"),
    },
    { throttleMs: 250 },
  );
  const { scope, setScope } = useScope();
  const viewer = useViewer();
  const { intervalMs, control } = useRefresh(30_000);
  const query = useInfiniteQuery({
    ...useTRPC().people.list.infiniteQueryOptions(
      { q, show, role, order, team: scope.team },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
    placeholderData: keepPreviousData,
    refetchInterval: intervalMs,
  });
  const { first, shown } = useShownPages(query);
  const verdict = first ? peopleVerdict(first.facts) : null;
  const chips: Chip<(typeof PEOPLE_SHOWN)[number]>[] = [
    { value: "all", label: "All", count: first?.facts.all },
    { value: "active", label: "Active", count: first?.facts.active },
    { value: "never", label: "Never here", count: first?.facts.never },
    { value: "no-role", label: "Without a role", count: first?.facts.withoutRole },
    { value: "disabled", label: "Disabled", count: first?.facts.disabled },
  ];
  return (
    <Page
      crumbs={trail("people")}
      actions={
        <>
          {first ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isError} staleAfterMs={90_000} /> : null}
          {control}
          <ListActions page="people" list="people" />
          {viewer?.can["users.manage"] ? <Invite /> : null}
        </>
      }
    >
      <Headline
        title={verdict?.title ?? "People"}
        shape={verdict ? <StatusShape status={verdict.status} size={14} /> : null}
      >
        {verdict?.detail}
      </Headline>
      <Sheet flush>
        <FilterBar
          search={q}
          onSearch={(text) => void setFilter({ q: text })}
          placeholder="Filter by name or e-mail"
          chips={chips}
          chosen={show}
          onChoose={(value) => void setFilter({ show: value })}
          name="Show"
        >
          <Menu
            label={role ? ROLE_WORDS[role] : "Any role"}
            name={`Role: ${role ? ROLE_WORDS[role] : "any"}`}
            items={[
              { label: "Any role", checked: role === null, onSelect: () => void setFilter({ role: null }) },
              ...ROLES.map((one) => ({
                label: ROLE_WORDS[one],
                checked: role === one,
                onSelect: () => void setFilter({ role: one }),
              })),
            ]}
          />
          <Menu
            label={ORDER_WORDS[order]}
            name={`Order: ${ORDER_WORDS[order]}`}
            items={PEOPLE_ORDERS.map((one) => ({
              label: ORDER_WORDS[one],
              checked: order === one,
              onSelect: () => void setFilter({ order: one }),
            }))}
          />
        </FilterBar>
        <ListStates
          asked={query}
          failed="The list of people could not be read."
          still="Whoever is signed in stays signed in."
          columns={5}
          isEmpty={shown.rows.length === 0}
          empty={
            <Empty title="Nobody matches this filter">
              <Button
                onClick={() => {
                  void setFilter({ q: "", show: "all", role: null });
                  void setScope({ team: null, site: null });
                }}
              >
                Show everybody
              </Button>
            </Empty>
          }
        >
          <PeopleTable {...shown} />
        </ListStates>
      </Sheet>
    </Page>
  );
}
