import type { ReactNode } from "react";
import { Button } from "./button";
import { StatusShape } from "./status";
import styles from "./states.module.css";

/** Why there is nothing here, and the one action that fills it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Lines to copy into a terminal. */
export function Sample({ children, label }: { children: string; label: string }) {
  return (
    <pre className={styles.sample} aria-label={label} tabIndex={0}>
      {children}
    </pre>
  );
}

/** What failed, what still works, and the way to try again. */
export function Failed({
  what,
  still,
  onRetry,
  detail,
}: {
  what: string;
  still?: string;
  onRetry?: () => void;
  detail?: string;
}) {
  return (
    <div className={styles.failed} role="alert">
      <StatusShape status="bad" />
      <div>
        <strong>{what}</strong>
        {detail ? <p>{detail}</p> : null}
        {still ? <p>{still}</p> : null}
      </div>
      {onRetry ? (
        <Button size="small" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

/** Grey bars in the shape of a table that is on its way. */
export function TableSkeleton({ rows = 6, columns = 5 }: { rows?: number; columns?: number }) {
  return (
    <div
      className={styles.skeleton}
      role="status"
      aria-label="Loading"
      style={{ gridTemplateColumns: `2fr repeat(${columns - 1}, 1fr)` }}
    >
      {Array.from({ length: rows * columns }, (_, i) => (
        <span key={i} style={{ width: `${55 + ((i * 37) % 40)}%` }} />
      ))}
    </div>
  );
}

/** One grey block with the height of what it stands for. */
export function BlockSkeleton({ height }: { height: number }) {
  return <div className={styles.block} role="status" aria-label="Loading" style={{ height }} />;
}
