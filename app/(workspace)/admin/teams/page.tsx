import type { Metadata } from "next";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../_trpc/server";
import { Teams } from "./_components/teams";

export const metadata: Metadata = { title: "Sites and teams" };

export default async function TeamsPage() {
  await requirePermission("users.read");
  await getQueryClient().prefetchQuery(trpc.teams.list.queryOptions());
  return (
    <Hydrate>
      <Teams />
    </Hydrate>
  );
}
