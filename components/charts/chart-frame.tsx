"use client";
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { formatNumber } from "@/server/fabric/domain/health";
import { stamp, type ChartRow } from "./axis";
import { PLOT } from "./plot";
import styles from "./chart.module.css";

interface ChartFrameProps {
  rows: readonly ChartRow[];
  fromMs: number;
  toMs: number;
  unit: string;
  timeZone: string;
  /** Name and how to use it, for screen readers. */
  label: string;
  height: number;
  onZoom: (fromMs: number, toMs: number) => void;
  onZoomOut: () => void;
  onPan: (direction: -1 | 1) => void;
  /** Draws at this width, in px; 0 before the first measure. */
  children: (width: number) => ReactNode;
}

const MIN_DRAG_PX = 6;

/**
 * What is around a chart: its width, the cursor that reads a point (a slider over time for screen readers), and zooming. Drag selects a range; every gesture has a key: arrows
 * move the cursor, `+` and `-` zoom, Shift and arrows pan, Escape lets go.
 */
export function ChartFrame({
  rows,
  fromMs,
  toMs,
  unit,
  timeZone,
  label,
  height,
  onZoom,
  onZoomOut,
  onPan,
  children,
}: ChartFrameProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [cursorMs, setCursorMs] = useState<number | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const plotWidth = Math.max(1, width - PLOT.left - PLOT.right);
  const toX = (ms: number) => PLOT.left + ((ms - fromMs) / (toMs - fromMs)) * plotWidth;
  const toMsAt = (x: number) =>
    fromMs + (Math.min(plotWidth, Math.max(0, x - PLOT.left)) / plotWidth) * (toMs - fromMs);
  const pointerX = (event: PointerEvent) => event.clientX - (frame.current?.getBoundingClientRect().left ?? 0);
  const point = cursorMs === null ? null : nearest(rows, cursorMs, fromMs, toMs);

  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (step !== 0 && event.shiftKey) onPan(step === -1 ? -1 : 1);
    else if (step !== 0) setCursorMs(stepFrom(rows, point?.t ?? null, step, fromMs, toMs));
    else if (event.key === "+" || event.key === "=") {
      const middle = point?.t ?? (fromMs + toMs) / 2;
      const quarter = (toMs - fromMs) / 4;
      onZoom(middle - quarter, middle + quarter);
    } else if (event.key === "-") onZoomOut();
    else if (event.key === "Escape") setCursorMs(null);
    else return;
    event.preventDefault();
  };
  const release = () => {
    if (drag && Math.abs(drag.to - drag.from) > MIN_DRAG_PX)
      onZoom(toMsAt(Math.min(drag.from, drag.to)), toMsAt(Math.max(drag.from, drag.to)));
    setDrag(null);
  };
  const left = point ? toX(point.t) : 0;
  return (
    <div
      ref={frame}
      className={styles.frame}
      style={{ minHeight: height }}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={fromMs}
      aria-valuemax={toMs}
      aria-valuenow={point?.t ?? toMs}
      aria-valuetext={
        point && point.mean !== null
          ? `${formatNumber(point.mean)} ${unit} at ${stamp(point.t, timeZone, false)}`
          : "no point read"
      }
      onKeyDown={onKey}
      onDoubleClick={onZoomOut}
      onPointerMove={(event) => {
        setCursorMs(toMsAt(pointerX(event)));
        if (drag) setDrag({ ...drag, to: pointerX(event) });
      }}
      onPointerLeave={() => {
        if (!drag) setCursorMs(null);
      }}
      onPointerDown={(event) => {
        if (event.button !== 0 || event.pointerType === "touch") return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: pointerX(event), to: pointerX(event) });
      }}
      onPointerUp={release}
      onPointerCancel={() => setDrag(null)}
    >
      {width > 0 ? children(width) : null}
      {drag && Math.abs(drag.to - drag.from) > MIN_DRAG_PX ? (
        <div
          className={styles.selection}
          style={{ left: Math.max(PLOT.left, Math.min(drag.from, drag.to)), width: Math.abs(drag.to - drag.from) }}
        />
      ) : null}
      {point && !drag ? (
        <>
          <div className={styles.cursor} style={{ left }} />
          <div className={styles.tip} style={left > width / 2 ? { right: width - left + 10 } : { left: left + 10 }}>
            <strong>{point.mean === null ? "no value" : `${formatNumber(point.mean)} ${unit}`}</strong>
            {point.band ? (
              <span>
                {formatNumber(point.band[0])} to {formatNumber(point.band[1])}
              </span>
            ) : null}
            <span>{stamp(point.t, timeZone, toMs - fromMs < 120_000)}</span>
          </div>
        </>
      ) : null}
    </div>
  );
}

/** The row with a value that is nearest to a time, within the range. */
function nearest(rows: readonly ChartRow[], ms: number, fromMs: number, toMs: number): ChartRow | null {
  let best: ChartRow | null = null;
  for (const row of rows) {
    if (row.mean === null || row.t < fromMs || row.t > toMs) continue;
    if (best === null || Math.abs(row.t - ms) < Math.abs(best.t - ms)) best = row;
  }
  return best;
}

function stepFrom(
  rows: readonly ChartRow[],
  at: number | null,
  step: number,
  fromMs: number,
  toMs: number,
): number | null {
  const valued = rows.filter((row) => row.mean !== null && row.t >= fromMs && row.t <= toMs);
  if (valued.length === 0) return null;
  const index = at === null ? (step > 0 ? -1 : valued.length) : valued.findIndex((row) => row.t >= at);
  return valued[Math.min(valued.length - 1, Math.max(0, index + step))]?.t ?? null;
}
