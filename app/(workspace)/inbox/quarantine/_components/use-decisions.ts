"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { useTRPC } from "../../../../_trpc/client";

/** How long a discard can be taken back. Until then nothing has happened on the server. */
const UNDO_MS = 6_000;

export interface Decisions {
  /** Discarded on this page, not yet on the server. */
  hidden: ReadonlySet<number>;
  busy: boolean;
  replay: (ids: number[]) => void;
  discard: (ids: number[]) => void;
}

/**
 * Replay asks at once. Discard waits six seconds with an Undo: closing the page in between discards nothing, which is the safe side
 * to fail on.
 */
export function useDecisions(onDecided: () => void): Decisions {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());
  useEffect(() => {
    const pending = timers.current;
    return () => {
      for (const timer of pending) clearTimeout(timer);
    };
  }, []);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.quarantine.pathKey() });
  const unhide = (ids: readonly number[]) =>
    setHidden((before) => new Set([...before].filter((id) => !ids.includes(id))));

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
  const discard = useMutation({
    ...trpc.quarantine.discard.mutationOptions(),
    onError: (error) => toast(`Not discarded. ${error.message}`),
    onSettled: async (_result, _error, { ids }) => {
      await refresh();
      await queryClient.invalidateQueries({ queryKey: trpc.fleet.pathKey() });
      unhide(ids);
    },
  });

  return {
    hidden,
    busy: replay.isPending,
    replay: (ids) => replay.mutate({ ids }),
    discard: (ids) => {
      setHidden((before) => new Set([...before, ...ids]));
      onDecided();
      const timer = setTimeout(() => {
        timers.current.delete(timer);
        discard.mutate({ ids });
      }, UNDO_MS);
      timers.current.add(timer);
      toast(`${messages(ids.length)} discarded.`, {
        duration: UNDO_MS,
        action: {
          label: "Undo",
          onClick: () => {
            clearTimeout(timer);
            timers.current.delete(timer);
            unhide(ids);
          },
        },
      });
    },
  };
}

function messages(n: number): string {
  return `${n} ${n === 1 ? "message" : "messages"}`;
}
