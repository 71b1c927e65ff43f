"use client";
import { useEffect, useRef } from "react";
import type { Act } from "./registry";

/** Acts that a part of the page does itself, such as opening its time range. The newest part that can do it does. */
const doers = new Map<Act, (() => void)[]>();

/** @returns whether a part of the page did it */
export function doOnPage(act: Act): boolean {
  const doer = doers.get(act)?.at(-1);
  doer?.();
  return doer !== undefined;
}

/** Does `act` while the component is mounted. */
export function useAct(act: Act, run: () => void): void {
  const current = useRef(run);
  useEffect(() => {
    current.current = run;
  });
  useEffect(() => {
    const doer = () => current.current();
    doers.set(act, [...(doers.get(act) ?? []), doer]);
    return () => {
      doers.set(act, doers.get(act)?.filter((other) => other !== doer) ?? []);
    };
  }, [act]);
}
