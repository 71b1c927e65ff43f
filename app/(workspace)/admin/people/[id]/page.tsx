import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { Person } from "@/server/identity/people-queries";
import { OnPerson } from "@/server/identity/schema";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../../_trpc/server";
import { Person as PersonView } from "./_components/person";

type Params = Promise<{ id: string }>;

export async function generateMetadata({ params }: { params: Params }): Promise<Metadata> {
  return { title: (await find(params))?.name ?? "People" };
}

export default async function PersonPage({ params }: { params: Params }) {
  await requirePermission("users.read");
  const person = await find(params);
  if (!person) notFound();
  return (
    <Hydrate>
      <PersonView id={person.id} />
    </Hydrate>
  );
}

/** The person of the address; null for nobody, and for whom the reader may not see. */
async function find(params: Params): Promise<Person | null> {
  const input = OnPerson.safeParse({ userId: (await params).id });
  if (!input.success) return null;
  return getQueryClient()
    .fetchQuery(trpc.people.get.queryOptions(input.data))
    .catch((cause: unknown) => {
      if (cause instanceof Error && "code" in cause && (cause.code === "NOT_FOUND" || cause.code === "UNAUTHORIZED"))
        return null;
      throw cause;
    });
}
