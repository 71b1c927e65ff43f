"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { useTRPC } from "../../../_trpc/client";

/** Accepts a proposed node, or the proposed streams of an accepted one. What they sent meanwhile is replayed from quarantine. */
export function AcceptNode({ node, proposed, streams }: { node: string; proposed: boolean; streams: number }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const accept = useMutation({
    ...trpc.fleet.accept.mutationOptions(),
    onSuccess: (result) =>
      toast(
        `${node} accepted${result.streams > 0 ? ` with ${result.streams} ${result.streams === 1 ? "stream" : "streams"}` : ""}. What it sent before is being stored.`,
      ),
    onError: (error) => toast(`${node} was not accepted. ${error.message}`),
    onSettled: () => queryClient.invalidateQueries(),
  });
  return (
    <Button
      size="small"
      look={proposed ? "primary" : "plain"}
      disabled={accept.isPending}
      onClick={() => accept.mutate({ node })}
      aria-label={`Accept ${node}`}
    >
      {accept.isPending ? "Accepting" : proposed ? "Accept" : `Accept ${streams}`}
    </Button>
  );
}
