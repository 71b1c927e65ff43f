"use client";
import { useEffect, useRef, useState } from "react";
import { CartesianGrid, ComposedChart, Line, ReferenceLine, XAxis, YAxis } from "recharts";
import { valueAxis } from "./axis";
import styles from "./chart.module.css";

interface FrontierChartProps {
  /** from small to large x */
  points: readonly { x: number; y: number }[];
  /** the x that holds now; a line marks it */
  nowX: number;
  /** What it shows, for those who do not see it; the same figures stand in a table under it. */
  label: string;
  height: number;
  format: (units: number) => string;
}

const LEFT = 64;

/** The best y that each x allows: steps, because nothing happens between two of them. */
export function FrontierChart({ points, nowX, label, height, format }: FrontierChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const across = valueAxis(0, Math.max(nowX, ...xs), [], width < 500 ? 3 : 6);
  const up = valueAxis(Math.min(0, ...ys), Math.max(0, ...ys), []);
  return (
    <div ref={frame} className={styles.still} style={{ minHeight: height }} role="img" aria-label={label}>
      {width > 0 ? (
        <ComposedChart
          data={[...points]}
          width={width}
          height={height}
          margin={{ top: 16, right: 24, bottom: 4, left: 0 }}
          accessibilityLayer={false}
        >
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="x"
            type="number"
            domain={[across.min, across.max]}
            ticks={across.ticks}
            interval={0}
            axisLine={false}
            tickLine={false}
            tickFormatter={format}
            tick={{ fill: "var(--text-muted)", fontSize: 12 }}
          />
          <YAxis
            width={LEFT}
            domain={[up.min, up.max]}
            ticks={up.ticks}
            interval={0}
            axisLine={false}
            tickLine={false}
            tickFormatter={format}
            tick={{ fill: "var(--text-muted)", fontSize: 12 }}
          />
          <ReferenceLine
            x={nowX}
            stroke="var(--text-faint)"
            strokeDasharray="5 4"
            label={{
              value: `budget ${format(nowX)}`,
              position: "insideTopRight",
              fill: "var(--text-muted)",
              fontSize: 12,
            }}
          />
          <Line
            dataKey="y"
            type="stepAfter"
            stroke="var(--accent)"
            strokeWidth={2}
            dot={{ r: 3, fill: "var(--accent)", stroke: "var(--surface)" }}
            isAnimationActive={false}
          />
        </ComposedChart>
      ) : null}
    </div>
  );
}
