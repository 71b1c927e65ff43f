"use client";
import { useEffect, type ReactNode } from "react";
import styles from "./button.module.css";

/** After the page is at rest: fetched then, an overlay is there when it is first asked for. */
const PRELOAD_AFTER_MS = 2_000;

export function usePreload(load: () => Promise<unknown>): void {
  useEffect(() => {
    const timer = setTimeout(() => void load(), PRELOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, [load]);
}

interface LazyTriggerProps {
  label: ReactNode;
  name: string | undefined;
  look: "plain" | "quiet";
  opens: "menu" | "dialog";
  onOpen: (by: "keyboard" | "pointer") => void;
}

/** The button of an overlay before the overlay's library is there: looks, reads and opens like the one that takes its place. */
export function LazyTrigger({ label, name, look, opens, onOpen }: LazyTriggerProps) {
  return (
    <button
      type="button"
      className={`${styles.button} ${styles[look]}`}
      aria-label={name}
      aria-haspopup={opens}
      aria-expanded={false}
      // Enter and Space click too, with no press to count.
      onClick={({ detail }) => onOpen(detail === 0 ? "keyboard" : "pointer")}
      onKeyDown={(event) => {
        if (opens === "menu" && event.key === "ArrowDown") {
          event.preventDefault();
          onOpen("keyboard");
        }
      }}
    >
      {label}
    </button>
  );
}
