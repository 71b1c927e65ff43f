"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { useViewer } from "../../../../_shell/viewer";
import { useTRPC } from "../../../../_trpc/client";

/** Long work on a range of one stream, as entries of a menu: what this person may start. */
export function useRangeJobs(id: number): {
  items: (range: { fromMs: number; toMs: number }) => { label: string; onSelect: () => void }[];
} {
  const trpc = useTRPC();
  const client = useQueryClient();
  const router = useRouter();
  const viewer = useViewer();
  const options = {
    onSuccess: (started: { id: string }) =>
      toast("Started. You are told when it is done.", {
        action: { label: "Follow it", onClick: () => router.push(`/jobs/${started.id}`) },
      }),
    onError: ({ message }: { message: string }) => toast(message),
    onSettled: () => client.invalidateQueries({ queryKey: trpc.jobs.pathKey() }),
  };
  const exporting = useMutation(trpc.jobs.exportReadings.mutationOptions(options));
  const recomputing = useMutation(trpc.jobs.recomputeRollups.mutationOptions(options));
  return {
    items: ({ fromMs, toMs }) => {
      const input = { streamIds: [id], fromMs: Math.floor(fromMs), toMs: Math.ceil(toMs) };
      return [
        ...(viewer?.can["stream.export"]
          ? [{ label: "As a file, in the background", onSelect: () => exporting.mutate(input) }]
          : []),
        ...(viewer?.can["jobs.manage"]
          ? [{ label: "Compute rollups anew", onSelect: () => recomputing.mutate(input) }]
          : []),
      ];
    },
  };
}
