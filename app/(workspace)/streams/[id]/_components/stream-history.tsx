"use client";
import dynamic from "next/dynamic";
import { useMemo, type ReactNode } from "react";
import { chartRows, stamp } from "@/components/charts/axis";
import { ChartFrame } from "@/components/charts/chart-frame";
import type { Span } from "@/components/charts/stream-chart";
import { LANE_HEIGHT, TIME_AXIS_HEIGHT, TimeLanes, type LaneMark } from "@/components/charts/time-lanes";
import { Button } from "@/components/ui/button";
import { useLandmarkName } from "@/components/ui/frame";
import { BlockSkeleton, Empty, Failed } from "@/components/ui/states";
import { rangeStats, receivedSince, type ChartPoints } from "@/server/fabric/domain/chart-points";
import { formatAge, type Health } from "@/server/fabric/domain/health";
import { stretchesWithout, unheardStretches, unusableStretches } from "@/server/fabric/domain/stretches";
import { completeness, coverage, streamSummary } from "@/server/fabric/domain/stream-summary";
import type { ResolvedRange } from "@/server/fabric/domain/time-range";
import type { StreamDetail } from "@/server/fabric/queries";
import type { RangeMarks } from "@/server/fabric/series-queries";
import { Tiles } from "./tiles";
import type { TailPoint } from "./use-series";
import styles from "./stream.module.css";

const PLOT_HEIGHT = 330;
const FRAME_HEIGHT = PLOT_HEIGHT + 2 * LANE_HEIGHT + TIME_AXIS_HEIGHT;
const PointTable = dynamic(() => import("./point-table").then((module) => module.PointTable), {
  ssr: false,
  loading: () => <BlockSkeleton height={300} />,
});
const StreamChart = dynamic(() => import("@/components/charts/stream-chart").then((module) => module.StreamChart), {
  ssr: false,
  loading: () => <BlockSkeleton height={PLOT_HEIGHT} />,
});

interface StreamHistoryProps {
  stream: StreamDetail;
  /** IANA name of the zone that times are shown in. */
  timeZone: string;
  health: Health;
  data: { range: ResolvedRange; points: ChartPoints } | null;
  loading: boolean;
  /** What is shown belongs to the range before, because the new one is still loading. */
  dimmed: boolean;
  error: Error | null;
  onRetry: () => void;
  marks: RangeMarks | null;
  tail: readonly TailPoint[];
  asTable: boolean;
  tableToggle: ReactNode;
  onZoom: (fromMs: number, toMs: number) => void;
  onZoomIn: () => void;
  onZoomOut: () => void;
  onPan: (direction: -1 | 1) => void;
}

/** Chart, lanes, tiles, sentence and table twin: all of one range, on one time axis. */
export function StreamHistory({
  stream,
  timeZone,
  health,
  data,
  loading,
  dimmed,
  error,
  onRetry,
  marks,
  tail,
  asTable,
  tableToggle,
  onZoom,
  onZoomIn,
  onZoomOut,
  onPan,
}: StreamHistoryProps) {
  const [historyName, tableName] = [useLandmarkName("History"), useLandmarkName("Table")];
  const view = useMemo(
    () => (data ? viewOf(stream, timeZone, data, marks, tail) : null),
    [stream, timeZone, data, marks, tail],
  );
  if (loading || !view || !data)
    return (
      <section className={styles.sheet}>
        {error ? (
          <Failed
            what="The history could not be read."
            detail={error.message}
            still="The newest value above keeps updating."
            onRetry={onRetry}
          />
        ) : (
          <BlockSkeleton height={FRAME_HEIGHT + 92} />
        )}
      </section>
    );
  const unit = stream.unit ?? "";
  const empty = view.rows.length === 0;
  return (
    <>
      <section className={styles.sheet} aria-label={historyName}>
        {error ? (
          <Failed what="The newest history could not be read; this is what was read before." onRetry={onRetry} />
        ) : null}
        <div className={styles.tools}>
          <span>{view.source}</span>
          <div role="group" aria-label="Move and zoom">
            <Button look="quiet" size="small" aria-label="Earlier" onClick={() => onPan(-1)}>
              ←
            </Button>
            <Button look="quiet" size="small" aria-label="Later" disabled={data.range.live} onClick={() => onPan(1)}>
              →
            </Button>
            <Button look="quiet" size="small" aria-label="Zoom in" onClick={onZoomIn}>
              +
            </Button>
            <Button look="quiet" size="small" aria-label="Zoom out" onClick={onZoomOut}>
              −
            </Button>
          </div>
        </div>
        {empty && view.spans.every((span) => span.kind === "silent") ? (
          <div style={{ minHeight: FRAME_HEIGHT }}>
            <Empty title="No reading in this range">
              <p>
                {stream.lastMs === null
                  ? "This stream has never sent a reading. Check that its device is on and accepted."
                  : `The newest reading is ${formatAge(data.range.toMs - stream.lastMs)} older than the end of this range.`}
              </p>
              {stream.lastMs === null ? null : (
                <Button onClick={() => onZoom((stream.lastMs ?? 0) - 3_600_000, (stream.lastMs ?? 0) + 60_000)}>
                  Show its last hour
                </Button>
              )}
            </Empty>
          </div>
        ) : (
          <div className={dimmed ? styles.dimmed : undefined}>
            <ChartFrame
              rows={view.rows}
              fromMs={view.fromMs}
              toMs={view.toMs}
              unit={unit}
              timeZone={timeZone}
              height={FRAME_HEIGHT}
              onZoom={onZoom}
              onZoomOut={onZoomOut}
              onPan={onPan}
              label={`${view.summary} Chart: arrow keys read it point by point, plus and minus zoom, Shift and arrows move.`}
            >
              {(width) => (
                <>
                  <StreamChart
                    rows={view.rows}
                    fromMs={view.fromMs}
                    toMs={view.toMs}
                    unit={unit}
                    limitLow={stream.limitLow}
                    limitHigh={stream.limitHigh}
                    spans={view.spans}
                    width={width}
                    height={PLOT_HEIGHT}
                  />
                  <TimeLanes
                    lanes={[
                      {
                        ...{ name: "events", marks: view.events, none: "no event in this range" },
                        more: view.more.events,
                      },
                      {
                        name: "model",
                        marks: view.verdicts,
                        more: view.more.verdicts,
                        none: stream.models.length === 0 ? "no model scores this stream yet" : "nothing unusual found",
                      },
                    ]}
                    fromMs={view.fromMs}
                    toMs={view.toMs}
                    width={width}
                    timeZone={timeZone}
                  />
                </>
              )}
            </ChartFrame>
          </div>
        )}
        <Tiles
          unit={stream.unit}
          now={{ value: stream.value, health, tsMs: stream.lastMs }}
          spanMs={view.toMs - view.fromMs}
          stats={view.stats}
          coverage={view.coverage}
          complete={view.complete}
          lost={view.lost}
          clock={{ source: stream.clockSource, offsetMs: stream.clockOffsetMs, errorMs: stream.clockErrorMs }}
        />
      </section>
      <p className={styles.summary}>
        <span data-testid="summary">{view.summary}</span> {tableToggle}
      </p>
      {asTable ? (
        <section className={styles.sheet} aria-label={tableName}>
          <PointTable
            points={data.points}
            spans={view.spans}
            events={view.events}
            verdicts={view.verdicts}
            unit={unit}
            timeZone={timeZone}
          />
        </section>
      ) : null}
    </>
  );
}

/** Everything the chart, the tiles and the sentence need, from the same points and marks. */
function viewOf(
  stream: StreamDetail,
  timeZone: string,
  { range, points }: { range: ResolvedRange; points: ChartPoints },
  marks: RangeMarks | null,
  tail: readonly TailPoint[],
) {
  const newestMs = range.live ? Math.max(range.toMs, tail.at(-1)?.tsMs ?? 0) : range.toMs;
  const fromMs = newestMs - (range.toMs - range.fromMs);
  const gaps = (marks?.gaps ?? []).filter((gap) => gap.toMs >= fromMs && gap.fromMs < newestMs);
  const until = Math.max(points.tsMs.at(-1) ?? 0, stream.lastMs ?? 0);
  // Readings may be older than the stream's entry here: a recording, or a buffer that was full when the node was added.
  const existsFromMs = Math.min(stream.createdMs, points.tsMs[0] ?? Number.POSITIVE_INFINITY);
  const rateSinceMs = startOfRate(stream, points, existsFromMs);
  const silent = unheardStretches(
    points,
    { rateHz: stream.rateHz, sinceMs: rateSinceMs },
    {
      fromMs: Math.max(fromMs, existsFromMs),
      toMs: range.live && newestMs - until < 15_000 ? until : newestMs,
    },
  );
  const unexplained = stretchesWithout(silent, gaps);
  const spans: Span[] = [
    ...gaps.map((gap): Span => ({ fromMs: gap.fromMs, toMs: gap.toMs, label: "lost", kind: "lost" })),
    ...unexplained.map((stretch): Span => ({ ...stretch, label: "nothing received", kind: "silent" })),
    ...unusableStretches(points).map((stretch): Span => ({ ...stretch, label: "not usable", kind: "unusable" })),
  ];
  const stats = rangeStats(points);
  const lost = marks?.lost ?? null;
  const verdicts = marks?.verdicts ?? [];
  const peakMs =
    (stream.limitHigh !== null && stats.max && stats.max.value > stream.limitHigh ? stats.max : stats.min)?.tsMs ??
    null;
  const said = verdicts.find(
    (verdict) => peakMs !== null && verdict.fromMs - 60_000 <= peakMs && verdict.toMs + 60_000 >= peakMs,
  );
  const promisedMs = Math.max(range.fromMs, rateSinceMs);
  const received = {
    ...coverage(receivedSince(points, promisedMs), stream.rateHz, Math.min(range.toMs, Date.now()) - promisedMs),
    received: stats.received,
  };
  const summary = streamSummary({
    coverageRatio: received.ratio,
    unit: stream.unit ?? "",
    spanMs: range.toMs - range.fromMs,
    mean: stats.mean,
    min: stats.min,
    max: stats.max,
    limitLow: stream.limitLow,
    limitHigh: stream.limitHigh,
    received: stats.received,
    unusable: stats.unusable,
    lostMs: lost?.ms ?? 0,
    lostRows: lost?.rows ?? 0,
    silentMs: unexplained.reduce((sum, stretch) => sum + stretch.toMs - stretch.fromMs, 0),
    label: said?.label ?? null,
    timeZone,
  });
  const clockTime = (ms: number) => stamp(ms, timeZone, false).split(" ").at(-1)?.slice(0, 5) ?? "";
  return {
    fromMs,
    toMs: newestMs,
    rows: chartRows(points, [...gaps, ...unexplained], range.live ? tail : []),
    spans,
    stats,
    summary,
    coverage: received,
    complete: completeness(stream.lane, range.toMs, (ms) => stamp(ms, timeZone, false)),
    lost: lost && {
      rows: lost.rows,
      why: lost.why.join(" and "),
      when: `${clockTime(lost.firstMs)} to ${clockTime(lost.lastMs)}`,
    },
    more: marks?.more ?? { gaps: 0, events: 0, verdicts: 0 },
    events: (marks?.events ?? []).map(
      (event): LaneMark => ({
        id: event.id,
        fromMs: event.tsMs,
        toMs: event.tsMs,
        label: `${event.kind.replace(/[-_]/g, " ")}${event.lateMs > 0 ? `, ${formatAge(event.lateMs)} late` : ""}`,
        tone:
          event.severity === "high" || event.severity === "critical"
            ? "bad"
            : event.severity === "medium"
              ? "watch"
              : "info",
        late: event.lateMs > 0,
      }),
    ),
    verdicts: verdicts.map(
      (verdict): LaneMark => ({
        id: `${verdict.slot}${verdict.fromMs}`,
        fromMs: verdict.fromMs,
        toMs: verdict.toMs,
        label: `${verdict.label}${verdict.maxScore === null ? "" : `, ${scoreText(verdict.maxScore)}`}, ${verdict.slot}`,
        tone: "bad",
        late: false,
      }),
    ),
    source:
      points.bucketMs === null
        ? "Every reading"
        : `Line: mean of ${points.bucketMs >= 60_000 ? `${points.bucketMs / 60_000} min` : `${points.bucketMs / 1_000} s`}; band: lowest to highest`,
  };
}

/** From the first reading after a written past on; where there is none, from the stream's first reading on. */
function startOfRate({ pastEndsMs }: StreamDetail, points: ChartPoints, existsFromMs: number): number {
  if (pastEndsMs === null) return existsFromMs;
  return points.tsMs.find((tsMs) => tsMs >= pastEndsMs) ?? pastEndsMs;
}

/** A score between 0 and 1 reads as a percentage; a distance (T², Q) as it is. */
function scoreText(score: number): string {
  return score >= 0 && score <= 1 ? `${Math.round(score * 100)} %` : `score ${score.toFixed(1)}`;
}
