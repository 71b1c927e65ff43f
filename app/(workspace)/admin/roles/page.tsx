import type { Metadata } from "next";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../_trpc/server";
import { Roles } from "./_components/roles";

export const metadata: Metadata = { title: "Roles" };

export default async function RolesPage() {
  await requirePermission("users.read");
  await getQueryClient().prefetchQuery(trpc.people.holders.queryOptions());
  return (
    <Hydrate>
      <Roles />
    </Hydrate>
  );
}
