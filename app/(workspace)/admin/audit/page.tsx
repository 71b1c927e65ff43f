import type { Metadata } from "next";
import { AuditFilter } from "@/server/audit/domain/filter";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../_trpc/server";
import { Audit } from "./_components/audit";

export const metadata: Metadata = { title: "Audit log" };

export default async function AuditPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await requirePermission("audit.read");
  const params = await searchParams;
  const read = AuditFilter.pick({ q: true, action: true }).safeParse({ q: params.q, action: params.action });
  const { q, action } = read.success ? read.data : { q: "", action: null };
  await getQueryClient().prefetchInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions({ q, action }, { getNextPageParam: (page) => page.next, initialCursor: null }),
  );
  return (
    <Hydrate>
      <Audit />
    </Hydrate>
  );
}
