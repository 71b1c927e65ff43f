import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ThingId } from "@/server/value/domain/thing-id";
import { getQueryClient, Hydrate, orNotFound, requirePermission, trpc } from "../../../_trpc/server";
import { Outcome } from "./_components/outcome";

export const metadata: Metadata = { title: "Outcome" };

export default async function OutcomePage({ params }: { params: Promise<{ id: string }> }) {
  await requirePermission("value.read");
  const input = ThingId.safeParse(await params);
  if (!input.success) notFound();
  const found = await orNotFound(getQueryClient().fetchQuery(trpc.value.outcome.queryOptions(input.data)));
  return (
    <Hydrate>
      <Outcome id={found.outcome.id} />
    </Hydrate>
  );
}
