"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { SinceLastVisit } from "@/server/value/domain/changes";
import { useTRPC } from "../../../_trpc/client";

const LOOKS_AGAIN_MS = 5 * 60_000;
const ASKS_EVERY_MS = 15_000;

/** What changed since the last visit; null until that is known. Says to the server, now and then, that somebody looks. */
export function useSince(): SinceLastVisit | null {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { mutate, isSuccess } = useMutation(
    trpc.value.visit.mutationOptions({
      onSuccess: () => client.invalidateQueries({ queryKey: trpc.value.changes.queryKey() }),
    }),
  );
  useEffect(() => {
    mutate();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") mutate();
    }, LOOKS_AGAIN_MS);
    return () => clearInterval(timer);
  }, [mutate]);
  const { data } = useQuery({
    ...trpc.value.changes.queryOptions(),
    // Before the visit is noted, the answer would be about the one before the last.
    enabled: isSuccess,
    refetchInterval: ASKS_EVERY_MS,
  });
  return data ?? null;
}
