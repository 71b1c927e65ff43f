"use client";
import { useSyncExternalStore } from "react";

const KEY = "throughline-density";
const CHANGED = "throughline-density-changed";

function subscribe(listener: () => void): () => void {
  window.addEventListener("storage", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("storage", listener);
    window.removeEventListener(CHANGED, listener);
  };
}

const isCompact = (): boolean => localStorage.getItem(KEY) === "compact";

/** Whether rows are compact in this browser. */
export function useCompact(): boolean {
  return useSyncExternalStore(subscribe, isCompact, () => false);
}

export function setCompact(compact: boolean): void {
  localStorage.setItem(KEY, compact ? "compact" : "normal");
  window.dispatchEvent(new Event(CHANGED));
}

export function toggleCompact(): boolean {
  setCompact(!isCompact());
  return isCompact();
}
