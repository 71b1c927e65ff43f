"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { JobLog, JobProgress, jobWords } from "@/components/jobs/job-progress";
import { Headline, Page, Sheet, UnseenTitle } from "@/components/ui/page";
import { BlockSkeleton, Failed } from "@/components/ui/states";
import { StatusShape } from "@/components/ui/status";
import { Button } from "@/components/ui/button";
import { KIND_RULES } from "@/server/jobs/domain/kinds";
import { isActive, jobView } from "../../../_shell/job-view";
import { Freshness, useClock, useRefresh } from "../../../_shell/refresh";
import { trail } from "../../../_shell/registry";
import { useViewer } from "../../../_shell/viewer";
import { useTRPC } from "../../../_trpc/client";
import { Moment } from "@/components/ui/moment";
import styles from "./run-page.module.css";

/** One run with its log and what can be done about it: one's own, or as whoever looks after the jobs. */
export function RunPage({ id, whose }: { id: string; whose: "own" | "everybody's" }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const router = useRouter();
  const viewer = useViewer();
  const { intervalMs, control } = useRefresh(5_000);
  const now = useClock();
  const own = whose === "own";
  const home = own ? "jobs" : "admin-jobs";
  const options = own ? trpc.jobs.ownRun.queryOptions({ id }) : trpc.jobs.run.queryOptions({ id });
  const query = useQuery({ ...options, refetchInterval: intervalMs });
  const settled = {
    onSettled: () => client.invalidateQueries({ queryKey: trpc.jobs.pathKey() }),
    onError: ({ message }: { message: string }) => toast(message),
  };
  const cancelling = own ? trpc.jobs.cancelOwn : trpc.jobs.cancel;
  const repeating = own ? trpc.jobs.repeatOwn : trpc.jobs.repeat;
  const cancel = useMutation(cancelling.mutationOptions(settled));
  const repeat = useMutation(
    repeating.mutationOptions({
      ...settled,
      onSuccess: (started) => router.push(own ? `/jobs/${started.id}` : `/admin/jobs/${started.id}`),
    }),
  );
  const run = query.data;
  if (!run || now === null)
    return (
      <Page crumbs={trail(home, { label: "Job" })}>
        <UnseenTitle>Job</UnseenTitle>
        {query.isError ? (
          <Failed what="The job could not be read." detail={query.error.message} onRetry={() => void query.refetch()} />
        ) : (
          <BlockSkeleton height={420} />
        )}
      </Page>
    );
  const view = jobView(run, own);
  const { status, words } = jobWords(view, now);
  const may = own || viewer?.can["jobs.manage"] === true;
  return (
    <Page
      crumbs={trail(home, { label: run.title })}
      actions={
        <>
          <Freshness asOfMs={query.dataUpdatedAt} failed={query.isRefetchError} />
          {control}
        </>
      }
    >
      <Headline title={`${run.title}: ${words}`} shape={<StatusShape status={status} size={14} silent />}>
        {run.error}
      </Headline>
      <Sheet flush>
        <JobProgress
          job={view}
          nowMs={now}
          {...(may && run.cancelAskedMs === null ? { onCancel: () => cancel.mutate({ id }) } : {})}
        />
        {may && !isActive(run) ? (
          <div className={styles.again}>
            <Button size="small" disabled={repeat.isPending} onClick={() => repeat.mutate({ id })}>
              Run again
            </Button>
          </div>
        ) : null}
        <dl className={styles.facts}>
          <Fact term="Kind">{KIND_RULES[run.kind].label}</Fact>
          <Fact term="Started by">{run.ownerName}</Fact>
          <Fact term="Asked for">
            <Moment ms={run.createdMs} />
          </Fact>
          <Fact term="Counted">
            {run.total === null ? "nothing yet" : `${run.done} of ${run.total} ${run.counted ?? ""}`}
          </Fact>
          <Fact term="Attempts">{run.attempts}</Fact>
          <Fact term="Process">{run.worker ?? "none yet"}</Fact>
          {run.cancelAskedBy ? <Fact term="Cancelled by">{run.cancelAskedBy}</Fact> : null}
        </dl>
      </Sheet>
      <Sheet title="Log">
        <JobLog lines={run.lines} />
      </Sheet>
      <Sheet title="What it was asked">
        <pre className={styles.input} tabIndex={0} aria-label="What it was asked">
          {JSON.stringify(run.input, null, 1)}
        </pre>
      </Sheet>
    </Page>
  );
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
