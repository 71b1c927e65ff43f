"use client";
import { createContext, type ReactNode, useContext } from "react";

const FrameName = createContext<string | null>(null);

/** Shows pages inside a page: no path, no main part and no first heading of their own, and landmarks that are told apart by this name. */
export function Frame({ name, children }: { name: string; children: ReactNode }) {
  return <FrameName value={name}>{children}</FrameName>;
}

/** Whether this stands inside another page. */
export function useIsFramed(): boolean {
  return useContext(FrameName) !== null;
}

/** What a landmark is called: its own name, and inside a frame the frame's too, because the same part may stand in several. */
export function useLandmarkName(name: string): string {
  const frame = useContext(FrameName);
  return frame === null ? name : `${name}, ${frame}`;
}
