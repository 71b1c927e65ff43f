"use client";
import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/** Whether the page's handlers are in place: false in what the server sends, true as soon as React has taken it over. */
export function useIsInteractive(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
