"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { useTRPC } from "../../../../_trpc/client";

/** Has the whole log verified in the background; whoever asks is told what came of it. */
export function Verify() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const verify = useMutation(
    trpc.jobs.verifyAudit.mutationOptions({
      onSuccess: () => toast("The audit log is being verified. You are told when it is done."),
      onError: ({ message }) => toast(message),
      onSettled: () => client.invalidateQueries({ queryKey: trpc.jobs.pathKey() }),
    }),
  );
  return (
    <Button disabled={verify.isPending} onClick={() => verify.mutate()}>
      Verify the audit log
    </Button>
  );
}
