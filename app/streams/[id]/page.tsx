import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { StreamInput } from "@/server/fabric/domain/read-inputs";
import { getQueryClient, Hydrate, trpc } from "../../_trpc/server";
import { Stream } from "./_components/stream";

export const metadata: Metadata = { title: "Stream" };

export default async function StreamPage({ params }: { params: Promise<{ id: string }> }) {
  const input = StreamInput.safeParse({ id: Number((await params).id) });
  if (!input.success) notFound();
  const stream = await getQueryClient()
    .fetchQuery(trpc.streams.get.queryOptions(input.data))
    .catch((cause: unknown) => {
      if (cause instanceof Error && "code" in cause && cause.code === "NOT_FOUND") notFound();
      throw cause;
    });
  return (
    <Hydrate>
      <Stream id={stream.id} />
    </Hydrate>
  );
}
