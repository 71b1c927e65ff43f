import styles from "./range-bar.module.css";

/** The axis that all bars of a table share, in the figures' own unit. */
export interface RangeAxis {
  low: number;
  high: number;
}

interface RangeBarProps {
  p10: number;
  p50: number;
  p90: number;
  axis: RangeAxis;
  /** The bar in words. */
  says: string;
}

const place = (value: number, { low, high }: RangeAxis): number =>
  Math.min(100, Math.max(0, ((value - low) / (high - low)) * 100));

/** A forecast as a bar from P10 to P90 with its median, and a faint line where zero is. What lies beyond the axis ends at its edge. */
export function RangeBar({ p10, p50, p90, axis, says }: RangeBarProps) {
  const [from, middle, to] = [place(p10, axis), place(p50, axis), place(p90, axis)];
  return (
    <span className={styles.bar} role="img" aria-label={says}>
      <span className={styles.zero} style={{ left: `${place(0, axis)}%` }} />
      <span className={styles.range} style={{ left: `${from}%`, width: `${Math.max(1.5, to - from)}%` }} />
      <span className={styles.median} style={{ left: `${middle}%` }} />
    </span>
  );
}

/** The ends of the axis and its zero, for the head of the column. */
export function RangeScale({ axis, format }: { axis: RangeAxis; format: (value: number) => string }) {
  const zero = place(0, axis);
  return (
    <span className={styles.scale} aria-hidden="true">
      <span style={{ left: 0 }}>{format(axis.low)}</span>
      {zero > 30 && zero < 70 ? <span style={{ left: `${zero}%`, transform: "translateX(-50%)" }}>0</span> : null}
      <span style={{ right: 0 }}>{format(axis.high)}</span>
    </span>
  );
}
