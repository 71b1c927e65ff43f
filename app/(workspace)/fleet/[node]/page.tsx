import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { NodeInput } from "@/server/fabric/domain/read-inputs";
import { getQueryClient, Hydrate, orNotFound, trpc } from "../../../_trpc/server";
import { NodePage } from "./_components/node-page";

export async function generateMetadata({ params }: { params: Promise<{ node: string }> }): Promise<Metadata> {
  return { title: (await params).node };
}

export default async function Node({ params }: { params: Promise<{ node: string }> }) {
  const input = NodeInput.safeParse(await params);
  if (!input.success) notFound();
  const client = getQueryClient();
  const [node] = await Promise.all([
    orNotFound(client.fetchQuery(trpc.fleet.node.queryOptions(input.data))),
    client.prefetchQuery(trpc.fleet.streamsOfNode.queryOptions(input.data)),
  ]);
  return (
    <Hydrate>
      <NodePage id={node.id} />
    </Hydrate>
  );
}
