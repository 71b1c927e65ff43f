"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { AuditTable } from "@/components/audit/audit-table";
import { Button } from "@/components/ui/button";
import { ListStates } from "@/components/ui/list-states";
import { Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { useTRPC } from "../../../../../_trpc/client";

/** What somebody did, also through their tokens, and what was done to their account. */
export function Changes({ userId }: { userId: string }) {
  const query = useInfiniteQuery(
    useTRPC().audit.list.infiniteQueryOptions(
      { person: userId },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
  );
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Sheet title="What they did, and what was done to their account" flush>
      <ListStates
        asked={query}
        failed="The audit log could not be read."
        isEmpty={rows.length === 0}
        empty={<Empty title="Nothing is written about them yet" />}
      >
        <AuditTable rows={rows} />
      </ListStates>
      {query.hasNextPage ? (
        <Button look="quiet" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show older
        </Button>
      ) : null}
    </Sheet>
  );
}
