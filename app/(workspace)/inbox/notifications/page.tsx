import type { Metadata } from "next";
import { getQueryClient, Hydrate, trpc } from "../../../_trpc/server";
import { Inbox } from "./_components/inbox";

export const metadata: Metadata = { title: "Notifications" };

export default async function NotificationsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const show = (await searchParams).show === "unread" ? "unread" : "all";
  await getQueryClient().prefetchInfiniteQuery(
    trpc.inbox.list.infiniteQueryOptions({ show }, { getNextPageParam: (page) => page.next, initialCursor: null }),
  );
  return (
    <Hydrate>
      <Inbox />
    </Hydrate>
  );
}
