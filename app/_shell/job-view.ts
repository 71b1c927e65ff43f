import type { JobView } from "@/components/jobs/job-progress";
import type { RunRow } from "@/server/jobs/queries";

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** A run as its component shows it. @param own whose own it is may fetch its result */
export function jobView(run: RunRow, own: boolean): JobView {
  const counted = run.total === null ? null : `${whole.format(run.done)} of ${whole.format(run.total)} ${run.counted}`;
  const ending = run.cancelAskedMs !== null && run.state === "running" ? "Being cancelled." : null;
  return {
    id: run.id,
    title: run.title,
    state: run.state,
    progress: run.total === null || run.total === 0 ? null : Math.min(1, run.done / run.total),
    detail: run.error ?? ending ?? (run.state === "running" ? counted : null),
    createdMs: run.createdMs,
    startedMs: run.startedMs,
    endedMs: run.endedMs,
    heardMs: run.heardMs,
    result:
      own && run.kind === "export-readings" && run.state === "done"
        ? { href: `/api/jobs/${run.id}/result`, label: "Download the file" }
        : null,
  };
}

export function isActive({ state }: Pick<RunRow, "state">): boolean {
  return state === "queued" || state === "running";
}
