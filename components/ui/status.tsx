import type { Status } from "@/server/fabric/domain/health";
import type { ReactNode } from "react";
import styles from "./status.module.css";

const WORDS: Readonly<Record<Status, string>> = { ok: "ok", watch: "watch", bad: "bad", unknown: "unknown" };

/** The shape alone: ● ▲ ■ ○. Its word is there for screen readers unless text beside it says the same. */
export function StatusShape({
  status,
  silent = false,
  size = 10,
}: {
  status: Status;
  silent?: boolean;
  size?: number;
}) {
  return (
    <>
      <svg
        className={`${styles.shape} ${styles[status]}`}
        width={size}
        height={size}
        viewBox="0 0 10 10"
        aria-hidden="true"
      >
        {status === "ok" ? <circle cx="5" cy="5" r="4.2" fill="currentColor" /> : null}
        {status === "watch" ? <path d="M5 .8 9.6 9.2H.4Z" fill="currentColor" /> : null}
        {status === "bad" ? <rect x="1" y="1" width="8" height="8" fill="currentColor" /> : null}
        {status === "unknown" ? (
          <circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" strokeWidth="1.8" />
        ) : null}
      </svg>
      {silent ? null : <span className="vh">{WORDS[status]}: </span>}
    </>
  );
}

/** Shape, word and colour together. */
export function StatusText({ status, children }: { status: Status; children: ReactNode }) {
  return (
    <span className={`${styles.text} ${styles[status]}`}>
      <StatusShape status={status} /> <span>{children}</span>
    </span>
  );
}
