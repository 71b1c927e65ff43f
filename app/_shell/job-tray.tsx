"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { toast } from "sonner";
import { JobProgress } from "@/components/jobs/job-progress";
import { Popover } from "@/components/ui/popover";
import type { RunRow } from "@/server/jobs/queries";
import { useTRPC } from "../_trpc/client";
import { isActive, jobView } from "./job-view";
import { useClock } from "./refresh";
import styles from "./shell.module.css";

const RECENT_MS = 3_600_000;
const MOST = 4;

/** One's own long work, for as long as there is something to follow: what runs, and what ended within the hour. */
export function JobTray({ onLeave }: { onLeave: () => void }) {
  const [open, setOpen] = useState(false);
  const trpc = useTRPC();
  const { data } = useQuery({
    ...trpc.jobs.mine.queryOptions(),
    // The live line brings changes; this is for when it is down.
    refetchInterval: ({ state }) => (state.data?.some(isActive) ? 5_000 : false),
  });
  const now = useClock();
  const shown = (data ?? [])
    .filter((run) => isActive(run) || (now ?? 0) - (run.endedMs ?? 0) < RECENT_MS)
    .slice(0, MOST);
  if (now === null || shown.length === 0) return null;
  const words = trayWords(shown);
  return (
    <Popover label={words} name={`Your jobs: ${words}`} look="quiet" open={open} onOpenChange={setOpen}>
      <div className={styles.tray}>
        {shown.map((run) => (
          <OwnJob key={run.id} run={run} nowMs={now} />
        ))}
        <Link
          href="/jobs"
          className={styles.trayAll}
          onClick={() => {
            setOpen(false);
            onLeave();
          }}
        >
          All your jobs
        </Link>
      </div>
    </Popover>
  );
}

/** A run of one's own with what can be done about it. */
export function OwnJob({ run, nowMs }: { run: RunRow; nowMs: number }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const options = {
    onSettled: () => client.invalidateQueries({ queryKey: trpc.jobs.pathKey() }),
    onError: ({ message }: { message: string }) => toast(message),
  };
  const cancel = useMutation(trpc.jobs.cancelOwn.mutationOptions(options));
  const repeat = useMutation(trpc.jobs.repeatOwn.mutationOptions(options));
  return (
    <JobProgress
      job={jobView(run, true)}
      nowMs={nowMs}
      onRetry={() => repeat.mutate({ id: run.id })}
      {...(run.cancelAskedMs === null ? { onCancel: () => cancel.mutate({ id: run.id }) } : {})}
    />
  );
}

function trayWords(runs: readonly RunRow[]): string {
  const active = runs.filter(isActive);
  const [first] = active;
  if (!first) {
    const failed = runs.filter(({ state }) => state === "failed").length;
    return failed > 0 ? `${failed} failed` : runs[0]?.state === "cancelled" ? "Cancelled" : "Done";
  }
  const progress = jobView(first, true).progress;
  const far = first.state === "queued" ? "waiting" : progress === null ? "running" : `${Math.floor(progress * 100)} %`;
  return active.length === 1 ? `1 job, ${far}` : `${active.length} jobs, first ${far}`;
}
