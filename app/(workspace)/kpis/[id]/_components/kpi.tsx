"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { type LineStop, TheLine } from "@/components/line/the-line";
import { Button } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { Moment } from "@/components/ui/moment";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, Empty, Failed } from "@/components/ui/states";
import { StatusShape, StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatNumber, type Status } from "@/server/fabric/domain/health";
import { baselineOf, boundKpi } from "@/server/value/domain/kpi-now";
import { worthWords } from "@/server/value/domain/money-words";
import type { KpiDetail, KpiRow } from "@/server/value/kpi-queries";
import { Freshness, useRefresh } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { useViewer } from "../../../../_shell/viewer";
import { useTRPC } from "../../../../_trpc/client";
import { History } from "../../../portfolio/[id]/_components/history";
import { Approve, EnterValue } from "../../_components/acts";
import { EditKpi } from "../../_components/edit-kpi";
import { ImportValues } from "../../_components/import-values";
import { kpiSource } from "../../_components/kpi-source";
import { kpiStop, withOwnSource } from "../../_components/line-of-kpi";
import { Spark } from "../../_components/spark";
import { useBelowKpi } from "../../_components/use-mover";

/** One KPI: what it says now or why it says nothing, its days, what it is worth, who wants it and who moves it. */
export function Kpi({ id }: { id: string }) {
  const { intervalMs, control } = useRefresh(5_000);
  const query = useQuery({ ...useTRPC().value.kpi.queryOptions({ id }), refetchInterval: intervalMs });
  const viewer = useViewer();
  const below = useBelowKpi(query.data?.kpi, intervalMs);
  if (!query.data)
    return (
      <Page crumbs={trail("kpis", { label: "KPI" })}>
        {query.isError ? (
          <Failed what="The KPI could not be read." onRetry={() => void query.refetch()} />
        ) : (
          <BlockSkeleton height={400} />
        )}
      </Page>
    );
  const { kpi, versions, history } = query.data;
  const mayChange = viewer?.can["value.estimate"] === true;
  const says = kpi.now.known ? `${formatNumber(kpi.now.value.value)} ${kpi.unit}` : "unknown";
  return (
    <Page
      crumbs={trail("kpis", { label: kpi.name })}
      actions={
        <>
          <Freshness asOfMs={query.dataUpdatedAt} failed={query.isRefetchError} />
          {control}
          {mayChange && kpi.source === "manual" ? <EnterValue kpi={kpi} /> : null}
          {mayChange && kpi.source === "import" ? <ImportValues kpi={kpi} /> : null}
          {mayChange ? <EditKpi key={kpi.definition} kpi={kpi} /> : null}
        </>
      }
    >
      <Headline
        title={`${kpi.name}: ${says}`}
        shape={<StatusShape status={kpi.now.known ? "ok" : "unknown"} size={14} />}
        aside={kpi.now.known ? kpi.now.value.day : null}
      >
        {kpi.now.known ? null : `${capitalised(kpi.now.why)}. `}
        {capitalised(kpiSource(kpi))}, {kpi.team}, {kpi.ownerName ?? "no owner"}.
      </Headline>
      <TheLine stops={[outcomeStop(kpi), kpiStop(kpi, true), ...withOwnSource(below, kpi)]} />
      <Days kpi={kpi} />
      <Meaning kpi={kpi} mayApprove={viewer?.can["value.decide"] === true} />
      <Wanted kpi={kpi} />
      <Versions versions={versions} />
      <History history={history} />
    </Page>
  );
}

const capitalised = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
/** Of the outcomes that want it one that is wanted now, else the first. */
function outcomeStop({ outcomes, now }: KpiRow): LineStop {
  const one = outcomes.find(({ state }) => state === "active") ?? outcomes[0];
  if (!one) return { kind: "outcome", label: null, status: "unknown" };
  const status: Status =
    one.state === "missed"
      ? "bad"
      : one.state === "achieved" || (one.state === "active" && now.known)
        ? "ok"
        : "unknown";
  return {
    ...{
      kind: "outcome",
      label: one.statement,
      href: `/outcomes/${one.id}`,
      reason: `${one.state}, by ${one.horizon}`,
    },
    status,
  };
}

const DAYS_SHOWN = 14;
const QUALITY = { good: "ok", manual: "ok", thin: "watch", empty: "bad" } as const;

function Days({ kpi }: { kpi: KpiRow }) {
  const [all, setAll] = useState(false);
  const newest = (all ? kpi.days : kpi.days.slice(-DAYS_SHOWN)).toReversed();
  return (
    <Sheet
      title="Days"
      aside={
        <>
          {kpi.timeZone}, {newest.length === kpi.days.length ? "all" : `the newest ${newest.length} of`}{" "}
          {kpi.days.length}{" "}
          {kpi.days.length > DAYS_SHOWN ? (
            <Button size="small" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? `Show the newest ${DAYS_SHOWN}` : `Show all ${kpi.days.length}`}
            </Button>
          ) : null}
        </>
      }
      flush
    >
      {newest.length === 0 ? (
        <Empty title="No day of it has a value yet" />
      ) : (
        <DataTable
          label="Days"
          columns={[
            { title: "Day", under: <Spark days={kpi.days} name={kpi.name} unit={kpi.unit} /> },
            { title: `Value, ${kpi.unit}`, isNumber: true },
            { title: "Coverage", isNumber: true },
            { title: "Quality" },
          ]}
        >
          {newest.map(({ day, value, coverage, quality }) => (
            <tr key={day}>
              <td className={table.nowrap}>{day}</td>
              <td className={table.num}>{value === null ? "–" : formatNumber(value)}</td>
              <td className={table.num}>{Math.floor(coverage * 100)} %</td>
              <td>
                <StatusText status={QUALITY[quality]}>{quality === "manual" ? "entered by hand" : quality}</StatusText>
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </Sheet>
  );
}

const DIRECTIONS = { up: "More is better", down: "Less is better" } as const;

function Meaning({ kpi, mayApprove }: { kpi: KpiRow; mayApprove: boolean }) {
  const { id } = useViewer()?.user ?? {};
  const facts = { name: kpi.name, source: kpi.source, hasOwner: kpi.ownerId !== null, hasDatedTarget: true };
  const { detectable } = boundKpi(facts, kpi.now, baselineOf(kpi.days));
  const rows: readonly [string, React.ReactNode][] = [
    [
      "Which way is better",
      kpi.direction === "band"
        ? `Between ${formatNumber(kpi.bandLow ?? 0)} and ${formatNumber(kpi.bandHigh ?? 0)} ${kpi.unit}`
        : DIRECTIONS[kpi.direction],
    ],
    [
      "Least coverage",
      `${Math.round(kpi.minCoverage * 100)} %${kpi.dueEveryS === null ? "" : `, with a reading every ${formatNumber(kpi.dueEveryS / 60)} min`}`,
    ],
    ["Stale after", `${formatNumber(kpi.maxStaleS / 60)} min`],
    ["Several places", kpi.isAdditive ? "may be added up; nothing adds places up yet" : "cannot be added up"],
    [
      "Can be seen in 90 days",
      detectable.known ? `a change of ${formatNumber(detectable.value)} ${kpi.unit} or more` : detectable.why,
    ],
    [
      "One unit is worth",
      <span key="worth">
        {worthWords(kpi.valueCents, kpi.currency)},{" "}
        {kpi.approvedByName === null ? "approved by nobody yet" : `approved by ${kpi.approvedByName}`}{" "}
        {mayApprove && kpi.approvedByName === null && kpi.madeById !== id ? <Approve kpi={kpi} /> : null}
      </span>,
    ],
  ];
  return (
    <Sheet title="What it means" flush>
      <DataTable label="What it means" columns={[{ title: "What" }, { title: "Is" }]}>
        {rows.map(([what, is]) => (
          <tr key={what}>
            <td>{what}</td>
            <td>{is}</td>
          </tr>
        ))}
      </DataTable>
    </Sheet>
  );
}

function Wanted({ kpi: { outcomes, movedBy, unit } }: { kpi: KpiRow }) {
  return (
    <Sheet title="Who wants it, and what moves it" flush>
      {outcomes.length + movedBy.length === 0 ? (
        <Empty title="No outcome wants it and no use case moves it" />
      ) : (
        <DataTable
          label="Who wants it, and what moves it"
          columns={[{ title: "Outcome or use case" }, { title: "Wants or promises" }]}
        >
          {outcomes.map(({ id, statement, baseline, target, horizon }) => (
            <tr key={id}>
              <td>
                <Link href={`/outcomes/${id}`}>{statement}</Link>
              </td>
              <td>
                {formatNumber(baseline)} to {formatNumber(target)} {unit} by {horizon}
              </td>
            </tr>
          ))}
          {movedBy.map(({ id, title, low, mode, high }) => (
            <tr key={id}>
              <td>
                <Link href={`/portfolio/${id}`}>{title}</Link>
              </td>
              <td>
                {[low, mode, high].map(formatNumber).join(" · ")} {unit} better
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </Sheet>
  );
}

function Versions({ versions }: Pick<KpiDetail, "versions">) {
  return (
    <Sheet title="Definitions" flush>
      <DataTable label="Definitions" columns={[{ title: "Version" }, { title: "Made by" }, { title: "Why" }]}>
        {versions.map(({ version, unit, madeByName, madeMs, why, approvedByName }) => (
          <tr key={version}>
            <td>
              <strong>{version}</strong>
              <span className={table.sub}>in {unit}</span>
            </td>
            <td>
              {madeByName}, <Moment ms={madeMs} />
              {approvedByName === null ? null : (
                <span className={table.sub}>its worth was approved by {approvedByName}</span>
              )}
            </td>
            <td>{why || (version === 1 ? "the first" : "–")}</td>
          </tr>
        ))}
      </DataTable>
    </Sheet>
  );
}
