import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { OnPerson } from "@/server/identity/schema";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../../_trpc/server";
import { Person } from "./_components/person";

export const metadata: Metadata = { title: "Person" };

export default async function PersonPage({ params }: { params: Promise<{ id: string }> }) {
  await requirePermission("users.read");
  const input = OnPerson.safeParse({ userId: (await params).id });
  if (!input.success) notFound();
  const person = await getQueryClient()
    .fetchQuery(trpc.people.get.queryOptions(input.data))
    .catch((cause: unknown) => {
      if (cause instanceof Error && "code" in cause && cause.code === "NOT_FOUND") return null;
      throw cause;
    });
  if (!person) notFound();
  return (
    <Hydrate>
      <Person id={person.id} />
    </Hydrate>
  );
}
