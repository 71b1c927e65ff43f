import type { Metadata } from "next";
import { ListRuns } from "@/server/jobs/schema";
import { getQueryClient, Hydrate, trpc } from "../../../_trpc/server";
import { Jobs } from "./_components/jobs";

export const metadata: Metadata = { title: "Jobs" };

export default async function AdminJobsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { state, q } = await searchParams;
  const read = ListRuns.pick({ state: true, q: true }).safeParse({ state, q });
  const filter = read.success ? read.data : { state: null, q: "" };
  const client = getQueryClient();
  await Promise.all([
    client.prefetchInfiniteQuery(
      trpc.jobs.list.infiniteQueryOptions(filter, { getNextPageParam: (page) => page.next, initialCursor: null }),
    ),
    client.prefetchQuery(trpc.jobs.schedules.queryOptions()),
  ]);
  return (
    <Hydrate>
      <Jobs />
    </Hydrate>
  );
}
