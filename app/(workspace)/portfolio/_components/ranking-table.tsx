"use client";
import Link from "next/link";
import { useMemo, useState } from "react";
import { type RangeAxis, RangeScale } from "@/components/charts/range-bar";
import type { Column } from "@/components/ui/data-table";
import { RowTable } from "@/components/ui/row-table";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import type { Status } from "@/server/fabric/domain/health";
import { formatReturn } from "@/server/value/domain/money-words";
import { placesWon, type SinceLastVisit } from "@/server/value/domain/changes";
import type { RankedRow } from "@/server/value/domain/portfolio-list";
import { intakeWords, nextGate, stageName } from "@/server/value/domain/stages";
import type { PortfolioRow } from "@/server/value/queries";
import { useCarry } from "../../../_shell/carry";
import styles from "./portfolio.module.css";
import { axisOf } from "./return-axis";
import { Ready, Return } from "./row-parts";
import { useEstimateKey } from "./use-estimate-key";

/** Rows that are drawn at once: of 500 nobody reads the last, and all of them together would make each refresh slow. */
const FIRST_ROWS = 100;

interface RankingTableProps {
  rows: readonly RankedRow[];
  since: SinceLastVisit | null;
  /** Opens the estimate of a use case; null for whoever may not. */
  onEstimate: ((id: string) => void) | null;
}

/** The use cases in their order: rank, return, score, readiness, what each waits for at its next gate, and what changed. */
export function RankingTable({ rows, since, onEstimate }: RankingTableProps) {
  const axis = axisOf(rows);
  const [most, setMost] = useState(FIRST_ROWS);
  const changes = useMemo(() => new Map(since?.changes.map((change) => [change.useCaseId, change])), [since]);
  useEstimateKey(onEstimate);
  const columns: readonly Column[] = [
    { title: "Rank" },
    { title: "Use case" },
    { title: "Stage", isWideOnly: true },
    { title: "90-day return", under: <RangeScale axis={axis} format={formatReturn} /> },
    { title: "Score", isNumber: true },
    { title: "Ready" },
    { title: "KPI", isWideOnly: true },
    { title: "Sponsor", isWideOnly: true },
    { title: "Next gate" },
    { title: "Changed", isWideOnly: true },
  ];
  return (
    <>
      <RowTable
        label="Use cases by rank"
        columns={columns}
        shown={Math.min(most, rows.length)}
        matching={rows.length}
        stale={false}
        more={most < rows.length ? () => setMost(most + FIRST_ROWS) : null}
      >
        {rows.slice(0, most).map((one) => (
          <RankedLine
            key={one.row.id}
            {...one}
            axis={axis}
            won={placesWon(since?.ranks[one.row.id], one.ranked.rank)}
            changed={changes.get(one.row.id)?.says ?? null}
          />
        ))}
      </RowTable>
      <p className={styles.legend}>
        Bar: P10 to P90 of the forecast, thick line: P50, from {formatReturn(axis.low)} to {formatReturn(axis.high)}.
        Only what holds all must-meets has a rank; the others follow in the order of their figures. No gate is decided
        here yet, so when the next one is due is not known.{" "}
        {onEstimate ? (
          <>
            Press <kbd>e</kbd> on a row to re-estimate it.
          </>
        ) : null}
      </p>
    </>
  );
}

interface RankedLineProps extends RankedRow {
  axis: RangeAxis;
  /** places since the last visit */
  won: number;
  /** what others did since then, in words */
  changed: string | null;
}

function RankedLine({ row, ranked, axis, won, changed }: RankedLineProps) {
  const { standing } = row;
  const carry = useCarry();
  const waits = waitsFor(row);
  const gate = row.intake === "accepted" ? nextGate(row.stage) : null;
  return (
    <tr className={changed ? styles.changedRow : undefined} data-use-case={row.id}>
      <td className={styles.rank}>
        {ranked.rank ?? (
          <span
            className="muted"
            title={
              row.intake === "accepted" ? "No rank while a must-meet does not hold" : "No rank before it is accepted"
            }
          >
            –<span className="vh"> without a rank</span>
          </span>
        )}{" "}
        <Won places={won} />
      </td>
      <td className={styles.name}>
        <Link href={carry(`/portfolio/${row.id}`)} className={table.rowLink} data-row>
          {row.title}
        </Link>
        <span className={table.sub}>{row.summary || row.team}</span>
      </td>
      <td className={table.wideOnly}>
        <span className={styles.stage}>{row.intake === "accepted" ? stageName(row.stage) : intakeWords(row)}</span>
      </td>
      <td className={table.wholeRow}>
        <Return row={row} axis={axis} />
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
        <StatusText status={waits.status}>
          {gate ? `${gate}: ` : ""}
          {waits.says}
        </StatusText>
      </td>
      <td className={table.wideOnly}>{changed ? <span className={styles.changed}>{changed}</span> : null}</td>
    </tr>
  );
}

/** Places won or lost since the last visit. */
function Won({ places }: { places: number }) {
  if (places === 0) return null;
  const isUp = places > 0;
  return (
    <span className={isUp ? styles.up : styles.down}>
      <span aria-hidden="true">{isUp ? "▲" : "▼"}</span>
      <span className="vh">{isUp ? "up" : "down"} </span>
      {Math.abs(places)}
      <span className="vh"> since your last visit</span>
    </span>
  );
}

function waitsFor(row: PortfolioRow): { status: Status; says: string } {
  const { intake, standing } = row;
  if (intake === "pending") return { status: "unknown", says: "a decision on the proposal" };
  if (intake !== "accepted")
    return { status: "unknown", says: intakeWords(row).replace(/^./, (first) => first.toLowerCase()) };
  const open =
    standing.checks.find(({ verdict }) => verdict === "fail") ??
    standing.checks.find(({ verdict }) => verdict !== "pass");
  if (!open) return { status: "ok", says: "all must-meets hold" };
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
