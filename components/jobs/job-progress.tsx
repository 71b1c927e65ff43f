import type { ReactNode } from "react";
import { formatAge, type Status } from "@/server/fabric/domain/health";
import { formatSpan } from "@/server/fabric/domain/stream-summary";
import { Button } from "../ui/button";
import { StatusText } from "../ui/status";
import styles from "./jobs.module.css";

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";

/** A piece of long work as its page shows it. Times are epoch ms UTC. */
export interface JobView {
  id: string;
  title: string;
  state: JobState;
  /** 0 to 1; null while nobody can tell how much there is to do. */
  progress: number | null;
  /** What it does right now, or why it failed. */
  detail: string | null;
  createdMs: number;
  startedMs: number | null;
  endedMs: number | null;
  /** When a process last said that it works on it; old means that nobody does. */
  heardMs: number | null;
  /** Where the result is, once there is one. */
  result: { href: string; label: string } | null;
}

interface JobProgressProps {
  job: JobView;
  nowMs: number;
  /** Left out when this person may not. */
  onCancel?: () => void;
  onRetry?: () => void;
  /** The log, when it is open. */
  children?: ReactNode;
  logOpen?: boolean;
  onToggleLog?: () => void;
}

const SILENT_AFTER_MS = 60_000;

/** One job: what it is, how far it is, how long it will take, and what can be done about it. */
export function JobProgress({ job, nowMs, onCancel, onRetry, children, logOpen, onToggleLog }: JobProgressProps) {
  const { status, words } = jobWords(job, nowMs);
  const active = job.state === "queued" || job.state === "running";
  return (
    <article className={styles.job} aria-label={job.title}>
      <div className={styles.head}>
        <h2>{job.title}</h2>
        <StatusText status={status}>{words}</StatusText>
      </div>
      {active ? (
        <div
          role="progressbar"
          aria-label={`Progress of ${job.title}`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={job.progress === null ? undefined : Math.round(job.progress * 100)}
          aria-valuetext={words}
          className={styles.track}
          data-unknown={job.progress === null || undefined}
        >
          <span style={{ width: `${(job.progress ?? 1) * 100}%` }} />
        </div>
      ) : null}
      {job.detail ? <p className={styles.detail}>{job.detail}</p> : null}
      <div className={styles.acts}>
        {job.result && job.state === "done" ? <a href={job.result.href}>{job.result.label}</a> : null}
        {active && onCancel ? (
          <Button size="small" onClick={onCancel}>
            Cancel
          </Button>
        ) : null}
        {!active && job.state !== "done" && onRetry ? (
          <Button size="small" onClick={onRetry}>
            Run again
          </Button>
        ) : null}
        {onToggleLog ? (
          <Button size="small" look="quiet" aria-expanded={logOpen ?? false} onClick={onToggleLog}>
            {logOpen ? "Hide log" : "Show log"}
          </Button>
        ) : null}
      </div>
      {logOpen ? children : null}
    </article>
  );
}

/** The lines that a job wrote, newest last. */
export function JobLog({ lines }: { lines: readonly { atMs: number; text: string }[] }) {
  if (lines.length === 0) return <p className={styles.detail}>It has written nothing yet.</p>;
  return (
    <ol className={styles.log} aria-label="Log" tabIndex={0}>
      {lines.map((line, i) => (
        <li key={`${line.atMs}-${i}`}>
          <time dateTime={new Date(line.atMs).toISOString()}>{new Date(line.atMs).toISOString().slice(11, 19)}</time>{" "}
          {line.text}
        </li>
      ))}
    </ol>
  );
}

/**
 * State of a job in a status and a few words. The time left is what has passed times what is left over what is done, and only told from
 * 2 % and 5 s on: before that it would be a guess.
 */
export function jobWords(job: JobView, nowMs: number): { status: Status; words: string } {
  const took =
    job.startedMs !== null && job.endedMs !== null ? `, took ${formatSpan(job.endedMs - job.startedMs)}` : "";
  switch (job.state) {
    case "queued":
      return { status: "unknown", words: `waiting for ${formatAge(nowMs - job.createdMs)}` };
    case "done":
      return { status: "ok", words: `done${took}` };
    case "failed":
      return { status: "bad", words: `failed${took}` };
    case "cancelled":
      return { status: "unknown", words: "cancelled" };
    case "running": {
      if (job.heardMs !== null && nowMs - job.heardMs > SILENT_AFTER_MS)
        return { status: "watch", words: `running, but nothing heard of it for ${formatAge(nowMs - job.heardMs)}` };
      if (job.progress === null) return { status: "ok", words: "running" };
      const percent = `${Math.floor(job.progress * 100)} %`;
      const passedMs = job.startedMs === null ? 0 : nowMs - job.startedMs;
      if (job.progress < 0.02 || passedMs < 5_000) return { status: "ok", words: percent };
      return {
        status: "ok",
        words: `${percent}, about ${formatSpan((passedMs * (1 - job.progress)) / job.progress)} left`,
      };
    }
  }
}
