"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useMemo, useState } from "react";
import { Button } from "@/components/ui/button";
import { type Chip, FilterBar } from "@/components/ui/filter-bar";
import { ListStates } from "@/components/ui/list-states";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, Empty } from "@/components/ui/states";
import { changedSentence } from "@/server/value/domain/changes";
import { listed, type RankedRow, rankedRows, verdictRow } from "@/server/value/domain/portfolio-list";
import { portfolioVerdict } from "@/server/value/domain/portfolio-verdict";
import { isShown, type ShownIntake } from "@/server/value/domain/stages";
import { FIRST_POLICY, type ValuePolicy } from "@/server/value/domain/standing";
import { Freshness, useRefresh } from "../../../_shell/refresh";
import { trail } from "../../../_shell/registry";
import { useScope } from "../../../_shell/use-scope";
import { useViewer } from "../../../_shell/viewer";
import { ListActions } from "../../../_shell/views/list-actions";
import { useTRPC } from "../../../_trpc/client";
import { useAddress } from "./address";
import { Propose } from "./propose";
import { RankMoves } from "./rank-moves";
import { RankingTable } from "./ranking-table";
import type { MovedTo } from "@/server/value/domain/moved-figures";
import { useSince } from "./use-since";
import { Ways } from "./ways";

const loading = () => <BlockSkeleton height={420} />;
// What is not looked at first comes after the page.
const Board = dynamic(() => import("./board").then((module) => module.Board), { ssr: false, loading });
const ImportUseCases = dynamic(() => import("./import-use-cases").then((module) => module.ImportUseCases), {
  ssr: false,
  loading: () => <Button disabled>Import CSV</Button>,
});
const Policy = dynamic(() => import("./policy").then((module) => module.Policy), {
  ssr: false,
  loading: () => <Button disabled>Policy</Button>,
});
const ReEstimate = dynamic(() => import("./re-estimate").then((module) => module.ReEstimate), { ssr: false });
const Matrix = dynamic(() => import("./matrix").then((module) => module.Matrix), { ssr: false, loading });

/** Every use case by rank: the same pure ranking that the server knows, made here, so that it follows the plant as the facts change. */
export function Portfolio() {
  const [{ view, q, show, stage, sort, table }, setAddress] = useAddress();
  const { intervalMs, control } = useRefresh(2_500);
  const query = useQuery({ ...useTRPC().value.portfolio.queryOptions(), refetchInterval: intervalMs });
  const since = useSince();
  const [estimated, setEstimated] = useState<{ id: string; moved: MovedTo | null } | null>(null);
  const can = useViewer()?.can ?? {};
  const policy = query.data?.policy ?? FIRST_POLICY;
  const { team } = useScope().scope;
  const ranked = useMemo(() => rankedRows(query.data?.rows ?? [], policy), [query.data, policy]);
  const rows = useMemo(
    () => listed(ranked, { q, show, stage, team }, sort, since),
    [ranked, q, show, stage, team, sort, since],
  );
  const verdict = query.data ? verdictOf(ranked, policy, team) : null;
  const mayPropose = can["value.propose"] === true;
  const mayEstimate = can["value.estimate"] === true;
  const onEstimate = useMemo(
    () => (mayEstimate ? (id: string, moved: MovedTo | null = null) => setEstimated({ id, moved }) : null),
    [mayEstimate],
  );
  const beingEstimated = ranked.find(({ row }) => row.id === estimated?.id)?.row;
  const shown =
    view === "table" ? (
      <RankingTable rows={rows} since={since} onEstimate={onEstimate} />
    ) : view === "board" ? (
      <Board rows={rows} policy={policy} mayMove={can["value.decide"] === true} onEstimate={onEstimate} />
    ) : (
      <Matrix {...{ rows, policy, asTable: table, onEstimate }} onTable={(on) => void setAddress({ table: on })} />
    );
  return (
    <Page
      crumbs={trail("portfolio")}
      actions={
        <>
          {query.data ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isRefetchError} /> : null}
          {control}
          <Link href="/portfolio/plan">Find the best plan</Link>
          <ListActions page="portfolio" list="portfolio" />
          {can["value.estimate"] ? <ImportUseCases /> : null}
          {query.data && can["value.policy"] ? <Policy policy={policy} rows={query.data.rows} /> : null}
          {mayPropose ? <Propose currency={policy.currency} /> : null}
        </>
      }
    >
      <Headline title={verdict?.title ?? "Portfolio"}>
        {verdict?.detail}
        {since ? ` ${changedSentence(since, query.data?.asOfMs ?? 0, hereZone())}` : ""}
      </Headline>
      {query.data ? <RankMoves policyVersion={policy.version} ranked={ranked} /> : null}
      <Sheet flush>
        {ranked.length > 0 ? (
          <FilterBar
            search={q}
            onSearch={(text) => void setAddress({ q: text })}
            placeholder="Filter use cases"
            chips={chipsOf(ranked.filter(({ row }) => team === null || row.teamId === team))}
            chosen={show}
            onChoose={(value) => void setAddress({ show: value })}
            name="Intake"
          >
            <Ways way={view} stage={stage} order={sort} onChoose={(chosen) => void setAddress(chosen)} />
          </FilterBar>
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
                <Button onClick={() => void setAddress({ q: "", show: "open", stage: "all" })}>
                  Show all that are open
                </Button>
              </Empty>
            )
          }
        >
          {shown}
        </ListStates>
      </Sheet>
      {beingEstimated ? (
        <ReEstimate
          {...{ row: beingEstimated, policy, moved: estimated?.moved ?? null }}
          key={beingEstimated.id}
          onDone={() => setEstimated(null)}
        />
      ) : null}
    </Page>
  );
}

/** The reader's own zone: only the browser comes as far as where it is asked for. */
function hereZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** The sentence over the list: of the team that the pages are narrowed to, whose budget is what the others leave of it. */
function verdictOf(ranked: readonly RankedRow[], policy: ValuePolicy, team: string | null) {
  const isTheirs = ({ row }: RankedRow) => team === null || row.teamId === team;
  const elsewhereCents = ranked
    .filter((one) => !isTheirs(one) && one.row.intake === "accepted")
    .reduce((sum, { row }) => sum + (row.committedCents ?? 0), 0);
  return portfolioVerdict(ranked.filter(isTheirs).map(verdictRow), policy, team === null ? null : elsewhereCents);
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
