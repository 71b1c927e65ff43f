"use client";
import Link from "next/link";
import type { Status } from "@/server/fabric/domain/health";
import { useLandmarkName } from "../ui/frame";
import { StatusShape } from "../ui/status";
import styles from "./the-line.module.css";

export interface LineStop {
  /** What kind of thing stands here: outcome, use case, model, stream, node. */
  kind: string;
  /** null = nothing is linked here yet; said as such, never shown as healthy. */
  label: string | null;
  status: Status;
  href?: string;
  /** Why it is in this state, for the tooltip and for screen readers. */
  reason?: string;
}

/**
 * The line from outcome to device, with the live state of each part. A segment is whole when both its ends are linked and not bad; it is
 * dashed in the colour of its cause otherwise. Parts that are not known are hollow.
 */
export function TheLine({ stops }: { stops: readonly LineStop[] }) {
  const name = useLandmarkName("The line, from outcome to device");
  // Where it is too wide it scrolls from the keyboard by its links, and where it has none by itself.
  const hasLinks = stops.some(({ href, label }) => href !== undefined && label !== null);
  return (
    <nav aria-label={name} className={styles.scroll} tabIndex={hasLinks ? undefined : 0}>
      <ol className={styles.line}>
        {stops.map((stop, i) => {
          const next = stops[i + 1];
          const known = stop.label !== null;
          const text = (
            <>
              <StatusShape status={known ? stop.status : "unknown"} size={11} silent={!known} />
              {known ? stop.label : <span className={styles.none}>No {stop.kind} linked yet</span>}
            </>
          );
          return (
            <li
              key={stop.kind}
              className={styles.stop}
              data-status={known ? stop.status : "unknown"}
              title={stop.reason}
            >
              {stop.href && known ? <Link href={stop.href}>{text}</Link> : <span className={styles.here}>{text}</span>}
              <span className="vh">{`, ${stop.kind}${stop.reason ? `, ${stop.reason}` : ""}`}</span>
              {next ? (
                <span className={styles.segment} data-state={segmentState(stop, next)} aria-hidden="true" />
              ) : null}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

/** The state of what joins two stops: the worse of both, or unknown when one is missing. */
export function segmentState(a: LineStop, b: LineStop): Status {
  if (a.label === null || b.label === null) return "unknown";
  for (const status of ["bad", "watch", "unknown"] as const)
    if (a.status === status || b.status === status) return status;
  return "ok";
}
