import styles from "./meter.module.css";

/** How full something is, 0 to 1, with its figure beside it. Turns to the colour of its state from 80 % on. */
export function Meter({ ratio, label, text }: { ratio: number; label: string; text: string }) {
  const filled = Math.min(1, Math.max(0, ratio));
  const state = filled >= 0.95 ? "bad" : filled >= 0.8 ? "watch" : "ok";
  return (
    <span className={styles.meter}>
      <span
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(filled * 100)}
        aria-valuetext={`${text}, ${Math.round(filled * 100)} % full`}
        className={styles.track}
      >
        <span className={styles.fill} data-state={state} style={{ width: `${Math.max(2, filled * 100)}%` }} />
      </span>
      <span>{text}</span>
    </span>
  );
}
