import type { ReactNode } from "react";
import { StatusText } from "@/components/ui/status";
import { formatCount, formatNumber, formatOffset, type Health } from "@/server/fabric/domain/health";
import { formatSpan, type Coverage } from "@/server/fabric/domain/stream-summary";
import type { RangeStats } from "@/server/fabric/domain/chart-points";
import styles from "./stream.module.css";

function Tile({
  name,
  value,
  unit,
  children,
}: {
  name: string;
  value: ReactNode;
  unit?: string | null;
  children: ReactNode;
}) {
  return (
    <div className={styles.tile}>
      <dt>{name}</dt>
      <dd className={styles.figure}>
        {value}
        {unit ? <span className={styles.unit}> {unit}</span> : null}
      </dd>
      <dd className={styles.note}>{children}</dd>
    </div>
  );
}

interface TilesProps {
  unit: string | null;
  now: { value: number | null; health: Health; tsMs: number | null };
  spanMs: number;
  stats: RangeStats;
  coverage: Coverage;
  /** how far the readings are whole, in words */
  complete: string;
  lost: { rows: number; why: string; when: string } | null;
  clock: { source: string | null; offsetMs: number | null; errorMs: number | null };
}

/** The five figures under the chart: now, mean, readings, lost, clock. */
export function Tiles({ unit, now, spanMs, stats, coverage, complete, lost, clock }: TilesProps) {
  return (
    <dl className={styles.tiles}>
      <Tile
        name="Now"
        value={
          <span key={now.tsMs} className={styles.nowFigure} data-testid="now-value">
            {now.value === null ? "none" : formatNumber(now.value)}
          </span>
        }
        unit={now.value === null ? null : unit}
      >
        <StatusText status={now.health.status}>{now.health.reason}</StatusText>
      </Tile>
      <Tile
        name={`Mean over ${formatSpan(spanMs)}`}
        value={stats.mean === null ? "none" : formatNumber(stats.mean)}
        unit={stats.mean === null ? null : unit}
      >
        {stats.min && stats.max
          ? `${formatNumber(stats.min.value)} to ${formatNumber(stats.max.value)}`
          : "no reading in this range"}
      </Tile>
      <Tile name="Readings" value={formatCount(coverage.received)}>
        {coverage.ratio === null
          ? "no rate was declared for this time, so none is expected"
          : `${formatPercent(coverage.ratio)} of ${formatCount(coverage.expected ?? 0)} expected`}
        {stats.unusable > 0 ? `, ${formatCount(stats.unusable)} not usable` : ""}
        {`; ${complete}`}
      </Tile>
      <Tile name="Lost at the edge" value={lost ? formatCount(lost.rows) : "0"}>
        {lost ? `rows, ${lost.why}, ${lost.when}` : "no gap record in this range"}
      </Tile>
      <Tile
        name="Clock"
        value={clock.offsetMs === null || clock.source === "none" ? "unknown" : formatOffset(clock.offsetMs)}
      >
        {clock.source === null || clock.source === "none"
          ? "the node has not synchronised"
          : `± ${clock.errorMs === null ? "?" : formatOffset(clock.errorMs).replace("+", "")}, ${clock.source.toUpperCase()}`}
      </Tile>
    </dl>
  );
}

/** Never rounds up to a hundred: 99.97 % of the readings is not all of them. */
function formatPercent(ratio: number): string {
  const percent = ratio * 100;
  const shown = percent < 100 ? Math.min(99.9, Math.floor(percent * 10) / 10) : Math.round(percent * 10) / 10;
  return `${shown} %`;
}
