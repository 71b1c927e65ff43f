import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { OnRun } from "@/server/jobs/schema";
import { getQueryClient, Hydrate, trpc } from "../../../../_trpc/server";
import { RunPage } from "../../../jobs/_components/run-page";

export const metadata: Metadata = { title: "Job" };

export default async function AdminJobPage({ params }: { params: Promise<{ id: string }> }) {
  const input = OnRun.safeParse(await params);
  if (!input.success) notFound();
  const options = trpc.jobs.run.queryOptions(input.data);
  await getQueryClient().prefetchQuery(options);
  if (getQueryClient().getQueryData(options.queryKey) === undefined) notFound();
  return (
    <Hydrate>
      <RunPage id={input.data.id} whose="everybody's" />
    </Hydrate>
  );
}
