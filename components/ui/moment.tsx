"use client";
import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/** A point in time, in the reader's zone and words; until the browser has taken over, in UTC. */
export function Moment({ ms }: { ms: number }) {
  const isBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const at = new Date(ms);
  return (
    <time dateTime={at.toISOString()}>
      {isBrowser
        ? at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })
        : `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`}
    </time>
  );
}
