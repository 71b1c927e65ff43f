"use client";
import { useQuery } from "@tanstack/react-query";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import Link from "next/link";
import { useMemo } from "react";
import { Button } from "@/components/ui/button";
import { type Chip, FilterBar } from "@/components/ui/filter-bar";
import { ListStates } from "@/components/ui/list-states";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { portfolioVerdict, type VerdictRow } from "@/server/value/domain/portfolio-verdict";
import { rank } from "@/server/value/domain/ranking";
import { isMeant, isShown, SHOWN_INTAKES, type ShownIntake } from "@/server/value/domain/stages";
import { FIRST_POLICY, rankingOf } from "@/server/value/domain/standing";
import type { PortfolioRow } from "@/server/value/queries";
import { Freshness, useRefresh } from "../../../_shell/refresh";
import { trail } from "../../../_shell/registry";
import { useViewer } from "../../../_shell/viewer";
import { ListActions } from "../../../_shell/views/list-actions";
import { useTRPC } from "../../../_trpc/client";
import { ImportUseCases } from "./import-use-cases";
import { Policy } from "./policy";
import { Propose } from "./propose";
import { type RankedRow, RankingTable } from "./ranking-table";

/** Every use case by rank: the same pure ranking that the server knows, made here, so that it follows the plant as the facts change. */
export function Portfolio() {
  const [{ q, show }, setFilter] = useQueryStates(
    { q: parseAsString.withDefault(""), show: parseAsStringLiteral(SHOWN_INTAKES).withDefault("open") },
    { throttleMs: 250 },
  );
  const { intervalMs, control } = useRefresh(3_000);
  const query = useQuery({ ...useTRPC().value.portfolio.queryOptions(), refetchInterval: intervalMs });
  const viewer = useViewer();
  const policy = query.data?.policy ?? FIRST_POLICY;
  const ranked = useMemo(() => rankedRows(query.data?.rows ?? [], policy), [query.data, policy]);
  const verdict = query.data ? portfolioVerdict(ranked.map(verdictRow), policy) : null;
  const rows = ranked.filter(({ row }) => isShown(row.intake, show) && isMeant(row, q));
  const mayPropose = viewer?.can["value.propose"] === true;
  return (
    <Page
      crumbs={trail("portfolio")}
      actions={
        <>
          {query.data ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isRefetchError} /> : null}
          {control}
          <Link href="/portfolio/plan">Find the best plan</Link>
          <ListActions page="portfolio" list="portfolio" />
          {viewer?.can["value.estimate"] ? <ImportUseCases /> : null}
          {query.data && viewer?.can["value.policy"] ? <Policy policy={policy} rows={query.data.rows} /> : null}
          {mayPropose ? <Propose currency={policy.currency} /> : null}
        </>
      }
    >
      <Headline title={verdict?.title ?? "Portfolio"}>{verdict?.detail}</Headline>
      <Sheet flush>
        {ranked.length > 0 ? (
          <FilterBar
            search={q}
            onSearch={(text) => void setFilter({ q: text })}
            placeholder="Filter use cases"
            chips={chipsOf(ranked)}
            chosen={show}
            onChoose={(value) => void setFilter({ show: value })}
            name="Intake"
          />
        ) : null}
        <ListStates
          asked={query}
          failed="The portfolio could not be read."
          still="Nothing that was decided is lost."
          rows={7}
          columns={8}
          isEmpty={rows.length === 0}
          empty={
            ranked.length === 0 ? (
              <Empty title="There is nothing to rank yet">
                <p>
                  A use case promises an effect: bearings that fail less often, a cold store that needs less energy. It
                  is ranked by what it returns within 90 days, and by whether the plant is ready for it now.
                </p>
                {mayPropose ? <Propose currency={policy.currency} /> : null}
              </Empty>
            ) : (
              <Empty title="No use case matches this filter">
                <Button onClick={() => void setFilter({ q: "", show: "open" })}>Show all that are open</Button>
              </Empty>
            )
          }
        >
          <RankingTable rows={rows} />
        </ListStates>
      </Sheet>
    </Page>
  );
}

function rankedRows(rows: readonly PortfolioRow[], policy: typeof FIRST_POLICY): RankedRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return rank(
    rows.map(({ standing }) => standing.candidate),
    rankingOf(policy),
  ).flatMap((ranked) => {
    const row = byId.get(ranked.id);
    return row ? [{ row, ranked }] : [];
  });
}

function verdictRow({ row, ranked }: RankedRow): VerdictRow {
  const { title, intake, committedCents, capabilities, forecast, standing } = row;
  const waitsFor = standing.checks.find(({ verdict }) => verdict !== "pass")?.why ?? null;
  return {
    ...{ title, intake, committedCents, capabilities, waitsFor },
    p50: forecast?.p50 ?? null,
    isRanked: ranked.rank !== null,
  };
}

function chipsOf(rows: readonly RankedRow[]): Chip<ShownIntake>[] {
  const count = (show: ShownIntake) => rows.filter(({ row }) => isShown(row.intake, show)).length;
  return [
    { value: "open", label: "Open", count: count("open") },
    { value: "accepted", label: "Accepted", count: count("accepted") },
    { value: "pending", label: "Proposed", count: count("pending"), status: "unknown" },
    { value: "snoozed", label: "Snoozed", count: count("snoozed") },
    { value: "rejected", label: "Rejected", count: count("rejected") },
  ];
}
