"use client";
import { CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { formatNumber } from "@/server/fabric/domain/health";
import { valueAxis } from "./axis";
import { PLOT } from "./plot";

interface MeasuredChartProps {
  days: readonly { day: string; value: number | null; predicted: number | null }[];
  liveOn: string;
  height: number;
}

const TICK = { fill: "var(--text-muted)", fontSize: 12.5 };
const HALO = { paintOrder: "stroke", stroke: "var(--surface)", strokeWidth: 4, strokeLinejoin: "round" } as const;

/** What was measured, day by day, beside what the baseline says it would have been; the day of go-live is marked. A missing day is a gap. */
export function MeasuredChart({ days, liveOn, height }: MeasuredChartProps) {
  const figures = days.flatMap(({ value, predicted }) => [value, predicted]).filter((figure) => figure !== null);
  const [low, high] = figures.length === 0 ? [null, null] : [Math.min(...figures), Math.max(...figures)];
  const axis = valueAxis(low, high, []);
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart
        data={[...days]}
        margin={{ top: PLOT.top, right: PLOT.right, bottom: PLOT.bottom, left: 0 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="day" tick={TICK} tickLine={false} axisLine={{ stroke: "var(--line)" }} minTickGap={48} />
        <YAxis
          width={PLOT.left}
          domain={[axis.min, axis.max]}
          ticks={axis.ticks}
          interval={0}
          axisLine={false}
          tickLine={false}
          tickFormatter={formatNumber}
          tick={TICK}
          tickMargin={8}
        />
        <Line
          dataKey="predicted"
          stroke="var(--s2)"
          strokeWidth={1.6}
          strokeDasharray="5 4"
          {...{ type: "linear", dot: false, activeDot: false, isAnimationActive: false, connectNulls: false }}
        />
        <Line
          dataKey="value"
          stroke="var(--s1)"
          strokeWidth={1.8}
          {...{ type: "linear", dot: false, activeDot: false, isAnimationActive: false, connectNulls: false }}
        />
        {days.some(({ day }) => day === liveOn) ? (
          <ReferenceLine
            x={liveOn}
            stroke="var(--text)"
            strokeWidth={1.2}
            label={{
              value: "went live",
              position: "insideTopLeft",
              fill: "var(--text)",
              fontSize: 12.5,
              offset: 6,
              style: HALO,
            }}
          />
        ) : null}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
