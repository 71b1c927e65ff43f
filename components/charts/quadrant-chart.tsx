"use client";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { CartesianGrid, ReferenceLine, Scatter, ScatterChart, XAxis, YAxis } from "recharts";
import styles from "./quadrant-chart.module.css";
import { type PointOnTheWay, usePointMove } from "./use-point-move";

export interface QuadrantPoint {
  id: string;
  name: string;
  x: number;
  y: number;
  href: string;
  /** The point in words. */
  says: string;
}

interface QuadrantChartProps {
  points: readonly QuadrantPoint[];
  /** Where the lines stand; null draws none. */
  lines: { x: number; y: number } | null;
  /** Names of the corners, each as it stands: top left, top right, bottom left, bottom right. */
  corners: readonly [string, string, string, string];
  xName: string;
  yName: string;
  format: (value: number) => string;
  /** Asked for what a point means that is on its way to another place; with it, points can be moved there. */
  move?: { says: (id: string, x: number, y: number) => string; onMove: (id: string, x: number, y: number) => void };
  label: string;
  width: number;
  height: number;
}

const MARGIN = { top: 24, right: 24, bottom: 44, left: 16 };
const AXIS_WIDTH = 72;
const AXIS_HEIGHT = 30;
/** What a letter and a line of a name take, about, px. */
const LETTER_PX = 7.5;
const LINE_PX = 17;

type Range = readonly [low: number, high: number];

/**
 * Points in four named quadrants, each a link. One tab stop: arrows go to the next point along the axis that they name, Enter opens. Where
 * they can be moved, they are dragged, or go with Shift and the arrows until Enter.
 */
export function QuadrantChart(props: QuadrantChartProps) {
  const { points, lines, corners, xName, yName, format, move, label, width, height } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<string | null>(null);
  const current = points.find(({ id }) => id === at) ?? points[0];
  const ranges = useMemo((): [Range, Range] => {
    const along = (axis: "x" | "y") =>
      axisOf(
        points.map((point) => point[axis]),
        lines?.[axis],
      );
    return [along("x"), along("y")];
  }, [points, lines]);
  const named = useMemo(() => namedOf(points, ranges, width, height), [points, ranges, width, height]);
  const valuesAt = ({ x, y }: PointOnTheWay) => valuesOf(x, y, ranges, width, height);
  const { moving, onKey, handlers } = usePointMove(move ? (point) => move.onMove(point.id, ...valuesAt(point)) : null);
  const movingSays = moving && move ? move.says(moving.id, ...valuesAt(moving)) : null;
  const go = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!current || onKey(event, current.id, placeOf(current, ranges, width, height)) || !step) return;
    event.preventDefault();
    const along = [...points].sort((a, b) => a[step.along] - b[step.along]);
    const next = along[along.indexOf(current) + step.by];
    if (!next) return;
    setAt(next.id);
    frame.current?.querySelector<SVGAElement>(`[data-point="${next.id}"]`)?.focus();
  };
  return (
    <div ref={frame} className={styles.frame} role="group" aria-label={label}>
      <ScatterChart width={width} height={height} margin={MARGIN} accessibilityLayer={false}>
        <CartesianGrid stroke="var(--line)" />
        <XAxis
          {...{ type: "number", dataKey: "x", domain: [...ranges[0]], tickFormatter: format, height: AXIS_HEIGHT }}
          stroke="var(--line-strong)"
          tick={{ fill: "var(--text-muted)", fontSize: 12.5 }}
          label={{ value: xName, position: "insideBottom", offset: -24, fill: "var(--text-muted)", fontSize: 12.5 }}
        />
        <YAxis
          {...{ type: "number", dataKey: "y", domain: [...ranges[1]], tickFormatter: format, width: AXIS_WIDTH }}
          stroke="var(--line-strong)"
          tick={{ fill: "var(--text-muted)", fontSize: 12.5 }}
        />
        {lines ? <ReferenceLine x={lines.x} stroke="var(--text-muted)" strokeDasharray="5 4" /> : null}
        {lines ? <ReferenceLine y={lines.y} stroke="var(--text-muted)" strokeDasharray="5 4" /> : null}
        <Scatter data={[...points]} shape={NOTHING} isAnimationActive={false} />
      </ScatterChart>
      {/* Not by the chart: it draws its shapes anew with every answer, and who stood on a point would stand nowhere. */}
      <svg width={width} height={height} className={styles.points}>
        {points.map((point) => {
          const place = placeOf(point, ranges, width, height);
          const [cx, cy] = moving?.id === point.id ? [moving.x, moving.y] : place;
          return (
            <a
              key={point.id}
              href={point.href}
              data-point={point.id}
              data-use-case={point.id}
              data-moving={moving?.id === point.id}
              {...handlers(point.id, place)}
              tabIndex={point.id === current?.id ? 0 : -1}
              aria-label={point.says}
              className={styles.point}
              onKeyDown={go}
              onFocus={() => setAt(point.id)}
              onMouseEnter={() => setAt(point.id)}
            >
              <circle cx={cx} cy={cy} r={12} className={styles.target} />
              <circle cx={cx} cy={cy} r={6} className={styles.dot} />
              {named.has(point.id) ? (
                <text
                  x={isRight(cx, width) ? cx - 10 : cx + 10}
                  y={cy - 8}
                  textAnchor={isRight(cx, width) ? "end" : "start"}
                >
                  {point.name}
                </text>
              ) : null}
            </a>
          );
        })}
      </svg>
      <span className={styles.yName}>{yName}</span>
      {lines
        ? corners.map((corner, index) => (
            <span key={corner} className={`${styles.corner} ${styles[`corner${index}`]}`} aria-hidden="true">
              {corner}
            </span>
          ))
        : null}
      <p className={styles.read} aria-hidden="true">
        {movingSays ?? (at && current ? current.says : " ")}
      </p>
      <p className="vh" role="status">
        {movingSays ?? ""}
      </p>
    </div>
  );
}

const STEPS: Readonly<Record<string, { along: "x" | "y"; by: -1 | 1 }>> = {
  ArrowRight: { along: "x", by: 1 },
  ArrowLeft: { along: "x", by: -1 },
  ArrowUp: { along: "y", by: 1 },
  ArrowDown: { along: "y", by: -1 },
};

const NOTHING = () => <g />;

/** Where a point lies in the chart, px from its top left: the chart's own scales are linear between the same ends. */
function placeOf(
  { x, y }: Pick<QuadrantPoint, "x" | "y">,
  [[left, right], [bottom, top]]: [Range, Range],
  width: number,
  height: number,
): [number, number] {
  const start = MARGIN.left + AXIS_WIDTH;
  const along = (width - start - MARGIN.right) * ((x - left) / (right - left));
  const up = (height - MARGIN.top - MARGIN.bottom - AXIS_HEIGHT) * ((y - bottom) / (top - bottom));
  return [start + along, height - MARGIN.bottom - AXIS_HEIGHT - up];
}

/** What a place in the chart means: the other way round. */
function valuesOf(
  px: number,
  py: number,
  [[left, right], [bottom, top]]: [Range, Range],
  width: number,
  height: number,
): [x: number, y: number] {
  const start = MARGIN.left + AXIS_WIDTH;
  const along = (px - start) / (width - start - MARGIN.right);
  const up = (height - MARGIN.bottom - AXIS_HEIGHT - py) / (height - MARGIN.top - MARGIN.bottom - AXIS_HEIGHT);
  return [left + along * (right - left), bottom + up * (top - bottom)];
}

/** The points whose names have room, the highest first; those of the others are read by pointing at them, by keys or in the table. */
function namedOf(
  points: readonly QuadrantPoint[],
  ranges: [Range, Range],
  width: number,
  height: number,
): ReadonlySet<string> {
  const taken: { left: number; right: number; up: number }[] = [];
  const named = new Set<string>();
  for (const point of [...points].sort((a, b) => b.y - a.y)) {
    const { id, name } = point;
    const [at, up] = placeOf(point, ranges, width, height);
    const long = name.length * LETTER_PX + 20;
    const [left, right] = isRight(at, width) ? [at - long, at] : [at, at + long];
    if (taken.some((one) => Math.abs(one.up - up) < LINE_PX && one.left < right && left < one.right)) continue;
    taken.push({ left, right, up });
    named.add(id);
  }
  return named;
}

/** So far right that a name stands on the left of its point. */
function isRight(px: number, width: number): boolean {
  return px > width * 0.7;
}

/** From the least to the most with room around it; zero and the line are always on it. */
function axisOf(values: readonly number[], line: number | undefined): Range {
  const all = [...values, 0, ...(line === undefined ? [] : [line * 1.5])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = (high - low) * 0.08 || 1;
  return [low < 0 ? low - room : 0, high + room];
}
