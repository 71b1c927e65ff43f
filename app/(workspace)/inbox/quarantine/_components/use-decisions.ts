"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { useTRPC } from "../../../../_trpc/client";

/** How long the toast offers to take a discard back; later the list of what was discarded does. */
const UNDO_MS = 6_000;

export interface Decisions {
  /** Discarded on this page, before the server has said so. */
  hidden: ReadonlySet<number>;
  busy: boolean;
  replay: (ids: number[]) => void;
  discard: (ids: number[]) => void;
  takeBack: (ids: number[]) => void;
}

/** Each decision is sent at once, and told when the server has it: whoever leaves the page has done what the page said. */
export function useDecisions(onDecided: () => void): Decisions {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const refresh = async () => {
    await queryClient.invalidateQueries({ queryKey: trpc.quarantine.pathKey() });
    await queryClient.invalidateQueries({ queryKey: trpc.fleet.pathKey() });
  };

  const replay = useMutation({
    ...trpc.quarantine.replay.mutationOptions(),
    onSuccess: ({ requested }) => {
      toast(
        `${messages(requested)} handed to ingest again. What it accepts leaves this list; what it does not stays with the reason.`,
      );
      onDecided();
    },
    onError: (error) => toast(`Not replayed. ${error.message}`),
    onSettled: refresh,
  });
  const takeBack = useMutation({
    ...trpc.quarantine.takeBack.mutationOptions(),
    onSuccess: ({ held }) => toast(`${messages(held)} held again.`),
    onError: (error) => toast(`Not taken back. ${error.message}`),
    onSettled: refresh,
  });
  const discard = useMutation({
    ...trpc.quarantine.discard.mutationOptions(),
    onMutate: ({ ids }) => setHidden((before) => new Set([...before, ...ids])),
    onSuccess: ({ discarded }, { ids }) =>
      toast(`${messages(discarded)} discarded.`, {
        duration: UNDO_MS,
        action: { label: "Undo", onClick: () => takeBack.mutate({ ids }) },
      }),
    onError: (error) => toast(`Not discarded. ${error.message}`),
    onSettled: async (_result, _error, { ids }) => {
      await refresh();
      setHidden((before) => new Set([...before].filter((id) => !ids.includes(id))));
    },
  });

  return {
    hidden,
    busy: replay.isPending || takeBack.isPending,
    replay: (ids) => replay.mutate({ ids }),
    discard: (ids) => {
      discard.mutate({ ids });
      onDecided();
    },
    takeBack: (ids) => takeBack.mutate({ ids }),
  };
}

function messages(n: number): string {
  return `${n} ${n === 1 ? "message" : "messages"}`;
}
