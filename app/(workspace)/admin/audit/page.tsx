import type { Metadata } from "next";
import { AuditFilter } from "@/server/audit/domain/filter";
import { type SearchParams, scopeOf } from "../../../_shell/search-params";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../_trpc/server";
import { Audit } from "./_components/audit";

export const metadata: Metadata = { title: "Audit log" };

export default async function AuditPage({ searchParams }: { searchParams: SearchParams }) {
  await requirePermission("audit.read");
  const params = await searchParams;
  const read = AuditFilter.pick({ q: true, action: true }).safeParse({ q: params.q, action: params.action });
  const { q, action } = read.success ? read.data : { q: "", action: null };
  const { team } = scopeOf(params);
  await getQueryClient().prefetchInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(
      { q, action, team, fromMs: null, toMs: null },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
  );
  return (
    <Hydrate>
      <Audit />
    </Hydrate>
  );
}
