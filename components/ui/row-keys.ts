"use client";
import { useEffect, useRef, type RefObject } from "react";
import { isPlainKey } from "./single-keys";

/**
 * `j` and `k` move the focus over the rows' links (`a[data-row]`) inside `container`; Enter opens, as on any link. Where the row that has the
 * focus is replaced, because a filter or the plant changed the list, the row that comes in its place has it.
 */
export function useRowKeys(container: RefObject<HTMLElement | null>): void {
  const held = useRef<{ row: Element; at: number } | null>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.key !== "j" && event.key !== "k") || !isPlainKey(event)) return;
      const rows = rowsIn(container);
      if (rows.length === 0) return;
      const at = rows.findIndex((row) => row === document.activeElement);
      event.preventDefault();
      focusRow(rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))]);
    };
    const onFocus = ({ target }: FocusEvent) => {
      const at = rowsIn(container).findIndex((row) => row === target);
      held.current = at === -1 || !(target instanceof Element) ? null : { row: target, at };
    };
    // A row that is taken away loses the focus too, and is gone by the time this looks.
    const onBlur = () =>
      queueMicrotask(() => {
        if (held.current?.row.isConnected && held.current.row !== document.activeElement) held.current = null;
      });
    window.addEventListener("keydown", onKey);
    window.addEventListener("focusin", onFocus);
    window.addEventListener("focusout", onBlur);
    return () => {
      window.removeEventListener("keydown", onKey);
      window.removeEventListener("focusin", onFocus);
      window.removeEventListener("focusout", onBlur);
    };
  }, [container]);
  // After each render, because any may have replaced the row.
  useEffect(() => {
    if (!held.current || held.current.row.isConnected || document.activeElement !== document.body) return;
    const rows = rowsIn(container);
    focusRow(rows[Math.min(rows.length - 1, held.current.at)]);
  });
}

function rowsIn({ current }: RefObject<HTMLElement | null>): HTMLElement[] {
  return [...(current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
}

function focusRow(row: HTMLElement | undefined): void {
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}
