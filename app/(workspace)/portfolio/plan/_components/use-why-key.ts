"use client";
import { type RefObject, useEffect } from "react";
import { isPlainKey } from "@/components/ui/single-keys";

/** `w` opens and closes "why not this one?" of the row that has the focus. */
export function useWhyKey(container: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "w" || !isPlainKey(event)) return;
      const row = document.activeElement?.closest("tr");
      const why =
        row && container.current?.contains(row) ? row.querySelector<HTMLDetailsElement>("details[data-why]") : null;
      if (!why) return;
      event.preventDefault();
      why.open = !why.open;
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [container]);
}
