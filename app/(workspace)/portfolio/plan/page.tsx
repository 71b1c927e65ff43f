import type { Metadata } from "next";
import { questionAt } from "@/server/value/domain/plan-address";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../_trpc/server";
import { addressIn } from "./_components/address-in";
import { Plan } from "./_components/plan";

export const metadata: Metadata = { title: "Plan" };

export default async function PlanPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await requirePermission("value.read");
  const question = questionAt(addressIn(await searchParams));
  const client = getQueryClient();
  await Promise.all([
    client.prefetchQuery(trpc.plan.facts.queryOptions({ question })),
    client.prefetchQuery(trpc.plan.newest.queryOptions({ question })),
  ]);
  return (
    <Hydrate>
      <Plan />
    </Hydrate>
  );
}
