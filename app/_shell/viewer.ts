"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../_trpc/client";

const STALE_MS = 60_000;

/** Who looks at the pages, where they belong and what they may do; null until that is known. The server refuses whatever is not theirs. */
export function useViewer() {
  const { data } = useQuery({ ...useTRPC().me.viewer.queryOptions(), staleTime: STALE_MS });
  return data ?? null;
}
