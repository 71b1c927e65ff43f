import type { Metadata } from "next";
import { getQueryClient, Hydrate, trpc } from "../../_trpc/server";
import { OwnJobs } from "./_components/own-jobs";

export const metadata: Metadata = { title: "Your jobs" };

export default async function JobsPage() {
  await getQueryClient().prefetchQuery(trpc.jobs.mine.queryOptions());
  return (
    <Hydrate>
      <OwnJobs />
    </Hydrate>
  );
}
