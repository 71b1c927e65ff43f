import type { Metadata } from "next";
import { QuarantineInput } from "@/server/fabric/domain/read-inputs";
import { type SearchParams, scopeOf } from "../../../_shell/search-params";
import { getQueryClient, Hydrate, trpc } from "../../../_trpc/server";
import { Quarantine } from "./_components/quarantine";

export const metadata: Metadata = { title: "Quarantine" };

export default async function QuarantinePage({ searchParams }: { searchParams: SearchParams }) {
  const params = await searchParams;
  const input = QuarantineInput.safeParse({ node: params.node, reason: params.reason, status: params.status });
  const { node, reason, status } = input.success ? input.data : QuarantineInput.parse({});
  await getQueryClient().prefetchInfiniteQuery(
    trpc.quarantine.list.infiniteQueryOptions(
      { node, reason, status, ...scopeOf(params) },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
  );
  return (
    <Hydrate>
      <Quarantine />
    </Hydrate>
  );
}
