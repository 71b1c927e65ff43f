"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { attentionHeaders } from "../../../../_trpc/attention";
import { useLatest } from "../../../../_shell/live";
import { autoRefreshMs, type TimeRange } from "@/server/fabric/domain/time-range";
import { resolveOrDefault } from "../../../../_shell/range/use-range";

/** The points of one stream over the range of the link, read again at the range's own pace while its end is now. */
export function useSeries(id: number, range: TimeRange, refreshMs: number | false | null) {
  return useQuery({
    queryKey: ["series", id, range.from, range.to],
    queryFn: async ({ signal }) => {
      const { resolved } = resolveOrDefault(range, Date.now());
      const query = new URLSearchParams({
        id: String(id),
        fromMs: String(Math.floor(resolved.fromMs)),
        toMs: String(Math.ceil(resolved.toMs)),
        maxPoints: "1000",
      });
      const response = await fetch(`/api/series?${query}`, { signal, headers: attentionHeaders() });
      // Fetched with the points and not with the page.
      const { readSeries } = await import("./series-answer");
      return { range: resolved, points: await readSeries(response) };
    },
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => {
      const live = state.data?.range.live ?? range.to === "now";
      if (!live || refreshMs === false) return false;
      if (refreshMs !== null) return refreshMs;
      return state.data ? autoRefreshMs(state.data.range.toMs - state.data.range.fromMs) * 2 : 5_000;
    },
  });
}

export interface TailPoint {
  tsMs: number;
  value: number | null;
}

const MAX_TAIL = 600;

/** Readings that arrived on the live feed since the page opened; the chart draws those newer than what it has read. */
export function useTail(id: number): readonly TailPoint[] {
  const [tail, setTail] = useState<readonly TailPoint[]>([]);
  const add = useCallback((readings: readonly { tsMs: number; value: number | null; quality: number }[]) => {
    setTail((before) => {
      const last = before.at(-1)?.tsMs ?? -Infinity;
      const fresh = readings
        .filter((reading) => reading.tsMs > last)
        .map(({ tsMs, value, quality }) => ({
          tsMs,
          value: quality === 0 || quality === 1 || quality === 7 ? value : null,
        }));
      return fresh.length === 0 ? before : [...before, ...fresh].slice(-MAX_TAIL);
    });
  }, []);
  useLatest([id], add);
  return tail;
}
