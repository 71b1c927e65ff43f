"use client";
import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import { useTRPC } from "../_trpc/client";
import { LiveLine, type LiveState } from "./live-line";
import type { LatestReading } from "./live-messages";

const LiveContext = createContext<LiveLine | null>(null);

/** One event stream per browser, shared by its tabs, for as long as one of them is visible. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [line] = useState(() => new LiveLine());
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  const keys = useMemo(
    () =>
      new Map([
        ["nodes", [trpc.fleet.pathKey(), trpc.home.pathKey()]],
        ["quarantine", [trpc.quarantine.pathKey(), trpc.fleet.pathKey()]],
        ["events", [trpc.streams.marks.pathKey(), trpc.home.pathKey()]],
        ["jobs", [trpc.jobs.pathKey()]],
        ["inbox", [trpc.inbox.pathKey()]],
      ]),
    [trpc],
  );
  useEffect(() => {
    line.start();
    const stop = line.onChanged((what) => {
      for (const queryKey of keys.get(what) ?? []) void queryClient.invalidateQueries({ queryKey });
    });
    return () => {
      stop();
      line.stop();
    };
  }, [line, queryClient, keys]);
  return <LiveContext value={line}>{children}</LiveContext>;
}

function useLine(): LiveLine {
  const line = useContext(LiveContext);
  if (!line) throw new Error("LiveProvider is missing above this component");
  return line;
}

/** Whether changes reach this tab by themselves right now. */
export function useLiveState(): LiveState {
  const line = useLine();
  return useSyncExternalStore(line.onState, line.getState, () => "connecting");
}

/** Calls back with new readings of these streams while the component is mounted. */
export function useLatest(
  streamIds: readonly number[],
  onReadings: (readings: readonly LatestReading[]) => void,
): void {
  const line = useLine();
  const handler = useRef(onReadings);
  useEffect(() => {
    handler.current = onReadings;
  });
  const wanted = streamIds.join(",");
  useEffect(
    () => line.want(wanted === "" ? [] : wanted.split(",").map(Number), (readings) => handler.current(readings)),
    [line, wanted],
  );
}
