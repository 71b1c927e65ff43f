"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, Empty, Failed } from "@/components/ui/states";
import { OwnJob } from "../../../_shell/job-tray";
import { isActive } from "../../../_shell/job-view";
import { Freshness, useClock, useRefresh } from "../../../_shell/refresh";
import { trail } from "../../../_shell/registry";
import { useTRPC } from "../../../_trpc/client";

/** Long work that this person started, the newest first. */
export function OwnJobs() {
  const { intervalMs, control } = useRefresh(10_000);
  const now = useClock();
  const query = useQuery({ ...useTRPC().jobs.mine.queryOptions(), refetchInterval: intervalMs });
  const runs = query.data ?? [];
  const active = runs.filter(isActive).length;
  return (
    <Page
      crumbs={trail("jobs")}
      actions={
        <>
          {query.data ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isError} /> : null}
          {control}
        </>
      }
    >
      <Headline
        title={
          active === 0
            ? "None of your jobs is under way"
            : `${active} of your ${active === 1 ? "jobs is" : "jobs are"} under way`
        }
      >
        They go on when you close this page, and after a restart of the server. You are told when one ends.
      </Headline>
      <Sheet flush>
        {query.isPending ? <BlockSkeleton height={240} /> : null}
        {query.isError ? (
          <Failed
            what="Your jobs could not be read."
            still="They go on meanwhile."
            detail={query.error.message}
            onRetry={() => void query.refetch()}
          />
        ) : null}
        {query.data && runs.length === 0 ? (
          <Empty title="You have started no job yet">
            <p>
              A large export of readings is one: open a stream, choose a range, and take <em>Export</em>,{" "}
              <em>As a file, in the background</em>.
            </p>
            <Link href="/streams">To the streams</Link>
          </Empty>
        ) : null}
        {now === null ? null : runs.map((run) => <OwnJob key={run.id} run={run} nowMs={now} />)}
      </Sheet>
    </Page>
  );
}
