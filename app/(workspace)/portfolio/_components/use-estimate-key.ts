"use client";
import { useEffect } from "react";
import { isPlainKey } from "@/components/ui/single-keys";

/** `e` opens the estimate of the use case whose link, or card, has the focus. */
export function useEstimateKey(onEstimate: ((id: string) => void) | null): void {
  useEffect(() => {
    if (!onEstimate) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "e" || !isPlainKey(event)) return;
      const id = document.activeElement?.closest("[data-use-case]")?.getAttribute("data-use-case");
      if (!id) return;
      event.preventDefault();
      onEstimate(id);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [onEstimate]);
}
