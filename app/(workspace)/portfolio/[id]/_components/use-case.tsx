"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { TheLine } from "@/components/line/the-line";
import { Headline, Page } from "@/components/ui/page";
import { BlockSkeleton, Failed } from "@/components/ui/states";
import { StatusShape } from "@/components/ui/status";
import { intakeWords, stageName } from "@/server/value/domain/stages";
import { isOf } from "@/server/value/domain/ways";
import { Freshness, useRefresh } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { useViewer } from "../../../../_shell/viewer";
import { useTRPC } from "../../../../_trpc/client";
import { PlanTasks } from "../../_components/plan-tasks";
import { Commit, Estimate, Move, Triage } from "./acts";
import { DescribeWay } from "./describe-way";
import { Effects } from "./effects";
import { Estimates } from "./estimates";
import { History } from "./history";
import { lineOf, withFacts } from "./line";
import { MustMeets } from "./must-meets";
import { Needs } from "./needs";
import { Worth } from "./worth";

// Most use cases are done in one way: the table of several comes after.
const WaysToDo = dynamic(() => import("./ways-to-do").then((module) => module.WaysToDo), {
  loading: () => <BlockSkeleton height={160} />,
});

// The row above says the same of what is worst; the graph may come a moment later.
const LineSheet = dynamic(() => import("./line-sheet").then((module) => module.LineSheet), {
  ssr: false,
  loading: () => <BlockSkeleton height={260} />,
});

// Below what is looked at first, and with forms of its own.
const Measured = dynamic(() => import("./measured").then((module) => module.Measured), {
  ssr: false,
  loading: () => <BlockSkeleton height={200} />,
});
const Scores = dynamic(() => import("./scores").then((module) => module.Scores), {
  ssr: false,
  loading: () => <BlockSkeleton height={280} />,
});

/** One use case: what it waits for, its line down to the plant, its money, what it needs, and everything that was decided about it. */
export function UseCase({ id }: { id: string }) {
  const { intervalMs, control } = useRefresh(3_000);
  const query = useQuery({ ...useTRPC().value.get.queryOptions({ id }), refetchInterval: intervalMs });
  const line = useQuery({ ...useTRPC().value.line.queryOptions({ id }), refetchInterval: intervalMs });
  const can = useViewer()?.can ?? {};
  if (!query.data)
    return (
      <Page crumbs={trail("portfolio", { label: "Use case" })}>
        {query.isError ? (
          <Failed what="The use case could not be read." onRetry={() => void query.refetch()} />
        ) : (
          <BlockSkeleton height={400} />
        )}
      </Page>
    );
  const { row, policy, effects, estimates, history, options } = query.data;
  const needs = query.data.needs.filter(isOf(row.option));
  const latest = estimates.find(({ option }) => option === row.option) ?? null;
  const way = options.find(({ n }) => n === row.option) ?? null;
  const open = row.standing.checks.filter(({ verdict }) => verdict !== "pass");
  const first = open.find(({ verdict }) => verdict === "fail") ?? open[0];
  const state = first ? (first.verdict === "fail" ? "bad" : "unknown") : "ok";
  const says = first ? first.why.replace(/\.$/, "") : "it holds all must-meets";
  return (
    <Page
      crumbs={trail("portfolio", { label: row.title })}
      actions={
        <>
          <Freshness asOfMs={query.dataUpdatedAt} failed={query.isRefetchError} />
          {control}
          {can["value.decide"] && row.intake === "accepted" ? <Move row={row} /> : null}
          {can["value.commit"] && row.intake === "accepted" ? <Commit row={row} policy={policy} /> : null}
          {can["value.decide"] && row.stage === "idea" ? <Triage row={row} /> : null}
          {can["value.estimate"] ? <Estimate row={row} policy={policy} latest={latest} way={way} /> : null}
        </>
      }
    >
      <Headline
        title={`${row.title}: ${says}`}
        shape={<StatusShape status={state} size={14} />}
        aside={row.intake === "accepted" ? stageName(row.stage) : intakeWords(row)}
      >
        {[row.summary, row.team, `proposed by ${row.createdByName}`].filter(Boolean).join(", ")}
      </Headline>
      <TheLine stops={withFacts(lineOf({ ...query.data, needs }), line.data)} />
      <LineSheet detail={{ ...query.data, needs }} line={line} />
      <MustMeets row={row} mayEstimate={can["value.estimate"] === true} mayDecide={can["value.decide"] === true} />
      {options.length > 0 ? (
        <WaysToDo
          detail={query.data}
          mayEstimate={can["value.estimate"] === true}
          mayDecide={can["value.decide"] === true}
        />
      ) : null}
      <Worth row={row} policy={policy} />
      <Scores row={row} policy={policy} figures={latest?.figures ?? null} mayRate={can["value.estimate"] === true} />
      <Measured row={row} effects={effects} currency={policy.currency} mayDecide={can["value.decide"] === true} />
      <Effects detail={query.data} mayChange={can["value.estimate"] === true} />
      <Needs detail={query.data} needs={needs} mayChange={can["value.estimate"] === true} />
      <PlanTasks useCaseId={row.id} currency={policy.currency} />
      <Estimates
        estimates={estimates}
        options={options}
        act={can["value.estimate"] && options.length === 0 ? <DescribeWay row={row} isFirst /> : null}
      />
      <History history={history} />
    </Page>
  );
}
