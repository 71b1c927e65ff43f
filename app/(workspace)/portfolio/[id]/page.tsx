import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ThingId } from "@/server/value/domain/thing-id";
import { getQueryClient, Hydrate, orNotFound, requirePermission, trpc } from "../../../_trpc/server";
import { UseCase } from "./_components/use-case";

export const metadata: Metadata = { title: "Use case" };

export default async function UseCasePage({ params }: { params: Promise<{ id: string }> }) {
  await requirePermission("value.read");
  const input = ThingId.safeParse(await params);
  if (!input.success) notFound();
  const found = await orNotFound(getQueryClient().fetchQuery(trpc.value.get.queryOptions(input.data)));
  return (
    <Hydrate>
      <UseCase id={found.row.id} />
    </Hydrate>
  );
}
