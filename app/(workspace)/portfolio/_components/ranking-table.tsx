"use client";
import Link from "next/link";
import { RangeBar, RangeScale, type RangeAxis } from "@/components/charts/range-bar";
import type { Column } from "@/components/ui/data-table";
import { RowTable } from "@/components/ui/row-table";
import { Share } from "@/components/ui/share";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import type { Status } from "@/server/fabric/domain/health";
import { formatReturn } from "@/server/value/domain/money-words";
import type { Ranked } from "@/server/value/domain/ranking";
import { stageName } from "@/server/value/domain/stages";
import type { PortfolioRow } from "@/server/value/queries";
import { useCarry } from "../../../_shell/carry";
import styles from "./portfolio.module.css";

export interface RankedRow {
  row: PortfolioRow;
  ranked: Ranked;
}

/** Returns beyond these are drawn at the edge: one wild guess must not flatten all other bars. */
const LOWEST = -1;
const HIGHEST = 3;

/** The use cases in their order: rank, return, score, readiness, and what each waits for. */
export function RankingTable({ rows }: { rows: readonly RankedRow[] }) {
  const axis = axisOf(rows);
  const columns: readonly Column[] = [
    { title: "Rank" },
    { title: "Use case" },
    { title: "Stage", isWideOnly: true },
    { title: "90-day return", under: <RangeScale axis={axis} format={formatReturn} /> },
    { title: "Score", isNumber: true },
    { title: "Ready" },
    { title: "KPI", isWideOnly: true },
    { title: "Sponsor", isWideOnly: true },
    { title: "Waits for" },
  ];
  return (
    <>
      <RowTable
        label="Use cases by rank"
        columns={columns}
        shown={rows.length}
        matching={rows.length}
        stale={false}
        more={null}
      >
        {rows.map((one) => (
          <RankedLine key={one.row.id} {...one} axis={axis} />
        ))}
      </RowTable>
      <p className={styles.legend}>
        Bar: P10 to P90 of the forecast, thick line: P50, from {formatReturn(axis.low)} to {formatReturn(axis.high)}.
        Only what holds all must-meets has a rank; the others follow in the order of their figures.
      </p>
    </>
  );
}

function RankedLine({ row, ranked, axis }: RankedRow & { axis: RangeAxis }) {
  const { forecast, standing } = row;
  const carry = useCarry();
  const waits = waitsFor(row);
  return (
    <tr>
      <td className={styles.rank}>
        {ranked.rank ?? (
          <span className="muted" title="No rank while a must-meet does not hold">
            –<span className="vh"> without a rank</span>
          </span>
        )}
      </td>
      <td className={styles.name}>
        <Link href={carry(`/portfolio/${row.id}`)} className={table.rowLink} data-row>
          {row.title}
        </Link>
        <span className={table.sub}>{row.summary || row.team}</span>
      </td>
      <td className={table.wideOnly}>
        <span className={styles.stage}>
          {row.intake === "accepted" ? stageName(row.stage) : INTAKE_WORDS[row.intake]}
        </span>
      </td>
      <td className={table.wholeRow}>
        {forecast ? (
          <RangeBar
            {...forecast}
            axis={axis}
            says={`90-day return ${formatReturn(forecast.p10)} to ${formatReturn(forecast.p90)}, median ${formatReturn(forecast.p50)}`}
          />
        ) : (
          <StatusText status="unknown">not estimated</StatusText>
        )}
      </td>
      <td className={`${table.num} ${table.corner}`}>
        <strong>{Math.round(ranked.score.value)}</strong>
        {ranked.score.atMost - ranked.score.value >= 0.5 ? (
          <span className={table.sub}>up to {Math.round(ranked.score.atMost)}</span>
        ) : null}
      </td>
      <td>
        <Ready row={row} />
      </td>
      <td className={table.wideOnly}>
        <StatusText status={clarityStatus(row)}>{standing.clear}/6</StatusText>
      </td>
      <td className={table.wideOnly}>
        <StatusText status={checkStatus(row, "sponsor")}>{row.sponsorName ?? "none"}</StatusText>
      </td>
      <td className={table.wholeRow}>
        <StatusText status={waits.status}>{waits.says}</StatusText>
      </td>
    </tr>
  );
}

function Ready({ row: { capabilities, standing } }: { row: PortfolioRow }) {
  const { readiness } = standing.candidate.parts;
  if (!readiness.known) return <StatusText status="unknown">not described</StatusText>;
  const broken = capabilities.find(({ state }) => state !== "satisfied");
  return (
    <>
      <Share ratio={readiness.value} label="Readiness" />
      {broken ? (
        <span className={table.sub}>
          {broken.capability}: {broken.why}
        </span>
      ) : null}
    </>
  );
}

const INTAKE_WORDS: Readonly<Record<PortfolioRow["intake"], string>> = {
  pending: "Proposed",
  accepted: "Accepted",
  rejected: "Rejected",
  snoozed: "Snoozed",
  duplicate: "Duplicate",
};

function waitsFor({ intake, standing }: PortfolioRow): { status: Status; says: string } {
  if (intake === "pending") return { status: "unknown", says: "a decision on the proposal" };
  if (intake !== "accepted") return { status: "unknown", says: INTAKE_WORDS[intake].toLowerCase() };
  const open =
    standing.checks.find(({ verdict }) => verdict === "fail") ??
    standing.checks.find(({ verdict }) => verdict !== "pass");
  if (!open) return { status: "ok", says: "nothing: it can be funded" };
  return { status: open.verdict === "fail" ? "bad" : "unknown", says: open.why.replace(/\.$/, "") };
}

function checkStatus({ standing }: PortfolioRow, id: "sponsor"): Status {
  const verdict = standing.checks.find((check) => check.id === id)?.verdict;
  if (verdict === "pass") return "ok";
  return verdict === "fail" ? "bad" : "unknown";
}

function clarityStatus({ standing: { clear } }: PortfolioRow): Status {
  if (clear === 6) return "ok";
  return clear >= 4 ? "watch" : "bad";
}

function axisOf(rows: readonly RankedRow[]): RangeAxis {
  const forecasts = rows.flatMap(({ row: { forecast } }) => (forecast ? [forecast] : []));
  const low = Math.max(LOWEST, Math.min(-0.5, ...forecasts.map(({ p10 }) => p10)));
  const high = Math.min(HIGHEST, Math.max(0.5, ...forecasts.map(({ p90 }) => p90)));
  return { low: Math.floor(low * 10) / 10, high: Math.ceil(high * 10) / 10 };
}
