import type { Metadata } from "next";
import { PeopleInput } from "@/server/identity/schema";
import { oneOf, scopeOf, type SearchParams } from "../../../_shell/search-params";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../_trpc/server";
import { People } from "./_components/people";

export const metadata: Metadata = { title: "People" };

export default async function PeoplePage({ searchParams }: { searchParams: SearchParams }) {
  await requirePermission("users.read");
  const query = await searchParams;
  const { team } = scopeOf(query);
  const input = PeopleInput.safeParse({
    q: oneOf(query, "q"),
    show: oneOf(query, "show"),
    order: oneOf(query, "order"),
    role: oneOf(query, "role") ?? null,
    team,
  });
  const { q, show, role, order } = input.success ? input.data : PeopleInput.parse({});
  await getQueryClient().prefetchInfiniteQuery(
    trpc.people.list.infiniteQueryOptions(
      { q, show, role, order, team },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
  );
  return (
    <Hydrate>
      <People />
    </Hydrate>
  );
}
