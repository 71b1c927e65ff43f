"use client";
import { useEffect, type RefObject } from "react";
import { isPlainKey } from "./single-keys";

/** `j` and `k` move the focus over the rows' links (`a[data-row]`) inside `container`; Enter opens, as on any link. */
export function useRowKeys(container: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.key !== "j" && event.key !== "k") || !isPlainKey(event)) return;
      const links = [...(container.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
      if (links.length === 0) return;
      const at = links.findIndex((link) => link === document.activeElement);
      const to = at === -1 ? 0 : Math.min(links.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
      event.preventDefault();
      links[to]?.focus();
      links[to]?.scrollIntoView({ block: "nearest" });
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [container]);
}
