import { formatNumber } from "@/server/fabric/domain/health";
import type { KpiDayValue } from "@/server/value/domain/kpi-day";
import { seriesOf } from "@/server/value/domain/kpi-now";
import styles from "./kpis.module.css";

const WIDTH = 140;

interface SparkProps {
  days: readonly KpiDayValue[];
  name: string;
  unit: string;
  height?: number;
}

/** The days of a KPI as a thin line; a day without a good value is a gap in it. Its sentence is its text. */
export function Spark({ days, name, unit, height = 28 }: SparkProps) {
  const series = seriesOf(days);
  const values = series.filter((value) => value !== null);
  if (values.length === 0) return <span className="muted">no good day yet</span>;
  const low = Math.min(...values);
  const high = Math.max(...values);
  const x = (index: number) => (series.length === 1 ? WIDTH / 2 : (index / (series.length - 1)) * WIDTH);
  const y = (value: number) => (high === low ? height / 2 : height - 2 - ((value - low) / (high - low)) * (height - 4));
  let path = "";
  let isJoined = false;
  for (const [index, value] of series.entries()) {
    if (value !== null)
      path += `${isJoined ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}${isJoined ? "" : "h.1"}`;
    isJoined = value !== null;
  }
  return (
    <svg
      className={styles.spark}
      width={WIDTH}
      height={height}
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-label={`${name}: ${formatNumber(low)} to ${formatNumber(high)} ${unit} on ${values.length} ${values.length === 1 ? "day" : "days"}`}
    >
      <path d={path} fill="none" stroke="var(--s1)" strokeWidth="1.5" strokeLinecap="round" />
    </svg>
  );
}
