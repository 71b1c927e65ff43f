"use client";
import { useId, useMemo } from "react";
import { Area, CartesianGrid, ComposedChart, Line, ReferenceArea, ReferenceLine, XAxis, YAxis } from "recharts";
import { formatNumber } from "@/server/fabric/domain/health";
import { valueAxis, type ChartRow } from "./axis";
import { PLOT } from "./plot";

export interface Span {
  fromMs: number;
  toMs: number;
  /** Drawn at its top when it is wide enough. */
  label: string;
  /** `lost` = the device says so; `silent` = nothing arrived and nobody knows why; `unusable` = it arrived, marked as not to be used. */
  kind: "lost" | "silent" | "unusable";
}

interface StreamChartProps {
  rows: readonly ChartRow[];
  fromMs: number;
  toMs: number;
  unit: string;
  limitLow: number | null;
  limitHigh: number | null;
  spans: readonly Span[];
  width: number;
  height: number;
}

/** Ending of the id of each kind's pattern. */
const PATTERN: Record<Span["kind"], string> = { lost: "", silent: "s", unusable: "u" };

/** Keeps words readable where they lie on the line, the band or a hatched stretch. */
const HALO = { paintOrder: "stroke", stroke: "var(--surface)", strokeWidth: 4, strokeLinejoin: "round" } as const;

/** Band from minimum to maximum of each bucket, the mean as a line, limits named, lost stretches hatched. One axis, no legend. */
export function StreamChart({ rows, fromMs, toMs, unit, limitLow, limitHigh, spans, width, height }: StreamChartProps) {
  const hatch = `hatch${useId().replace(/[^a-z0-9]/gi, "")}`;
  const axis = useMemo(() => {
    let low: number | null = null;
    let high: number | null = null;
    for (const { t, mean, band } of rows) {
      if (t < fromMs || t > toMs || mean === null) continue;
      const [min, max] = band ?? [mean, mean];
      low = low === null ? min : Math.min(low, min);
      high = high === null ? max : Math.max(high, max);
    }
    return valueAxis(low, high, [limitLow, limitHigh]);
  }, [rows, fromMs, toMs, limitLow, limitHigh]);
  const toPx = (ms: number) => ((ms - fromMs) / (toMs - fromMs)) * (width - PLOT.left - PLOT.right);
  const limit = (value: number | null, word: string) =>
    value === null || value <= axis.min || value > axis.max ? null : (
      <ReferenceLine
        y={value}
        stroke="var(--bad)"
        strokeDasharray="5 4"
        strokeWidth={1.2}
        label={{
          value: `${word} ${formatNumber(value)} ${unit}`,
          position: "insideBottomRight",
          fill: "var(--bad)",
          fontSize: 12.5,
          fontWeight: 520,
          offset: 4,
          style: HALO,
        }}
      />
    );
  return (
    <ComposedChart
      data={[...rows]}
      width={width}
      height={height}
      margin={{ top: PLOT.top, right: PLOT.right, bottom: PLOT.bottom, left: 0 }}
      accessibilityLayer={false}
    >
      <defs>
        <pattern id={hatch} width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
          <rect width="4" height="8" fill="var(--gap-stroke)" />
        </pattern>
        <pattern id={`${hatch}u`} width="6" height="6" patternUnits="userSpaceOnUse">
          <circle cx="3" cy="3" r="1.1" fill="var(--gap-stroke)" />
        </pattern>
        <pattern id={`${hatch}s`} width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
          <rect width="1.5" height="8" fill="var(--gap-stroke)" />
        </pattern>
      </defs>
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis dataKey="t" type="number" domain={[fromMs, toMs]} allowDataOverflow hide />
      <YAxis
        width={PLOT.left}
        domain={[axis.min, axis.max]}
        ticks={axis.ticks}
        interval={0}
        axisLine={false}
        tickLine={false}
        tickFormatter={formatNumber}
        tick={{ fill: "var(--text-muted)", fontSize: 12.5 }}
        tickMargin={8}
        allowDataOverflow
      />
      {spans.map((span) => (
        <ReferenceArea
          key={`${span.kind}${span.fromMs}`}
          x1={Math.max(fromMs, span.fromMs)}
          x2={Math.min(toMs, span.toMs)}
          ifOverflow="hidden"
          fill={`url(#${hatch}${PATTERN[span.kind]})`}
          className={`span-${span.kind}`}
          fillOpacity={1}
          label={
            toPx(span.toMs) - toPx(Math.max(fromMs, span.fromMs)) > span.label.length * 6.4
              ? {
                  value: span.label,
                  position: "insideTopLeft",
                  fill: "var(--text-muted)",
                  fontSize: 12,
                  offset: 5,
                  style: HALO,
                }
              : undefined
          }
        />
      ))}
      <Area
        dataKey="band"
        type="linear"
        stroke="none"
        fill="var(--band)"
        fillOpacity={1}
        isAnimationActive={false}
        connectNulls={false}
        activeDot={false}
        dot={false}
      />
      <Line
        dataKey="mean"
        type="linear"
        stroke="var(--s1)"
        strokeWidth={1.7}
        dot={false}
        activeDot={false}
        isAnimationActive={false}
        connectNulls={false}
      />
      {limit(limitHigh, "limit")}
      {limit(limitLow, "lower limit")}
    </ComposedChart>
  );
}
