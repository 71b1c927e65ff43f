import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { StreamInput } from "@/server/fabric/domain/read-inputs";
import { getQueryClient, Hydrate, orNotFound, trpc } from "../../../_trpc/server";
import { Stream } from "./_components/stream";

interface Props {
  params: Promise<{ id: string }>;
}

/** The stream of the address, read once per request. */
async function getStream({ params }: Props) {
  const input = StreamInput.safeParse({ id: Number((await params).id) });
  if (!input.success) notFound();
  return orNotFound(getQueryClient().fetchQuery(trpc.streams.get.queryOptions(input.data)));
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const stream = await getStream(props);
  return { title: `${stream.key}, ${stream.nodeId}` };
}

export default async function StreamPage(props: Props) {
  const stream = await getStream(props);
  return (
    <Hydrate>
      <Stream id={stream.id} />
    </Hydrate>
  );
}
