"use client";
import { useSyncExternalStore } from "react";
import { isTyping } from "./typing";

const KEY = "throughline-single-keys";
const CHANGED = "throughline-single-keys-changed";

/** Whether shortcuts of one plain key are on in this browser; they are unless somebody switched them off (WCAG 2.1.4). */
export function singleKeysOn(): boolean {
  return localStorage.getItem(KEY) !== "off";
}

export function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, "off");
  window.dispatchEvent(new Event(CHANGED));
}

/** The same as a value that a component follows, across tabs. */
export function useSingleKeys(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("storage", listener);
      window.addEventListener(CHANGED, listener);
      return () => {
        window.removeEventListener("storage", listener);
        window.removeEventListener(CHANGED, listener);
      };
    },
    singleKeysOn,
    () => true,
  );
}

/** A press that a single-key shortcut may answer: no modifier, nobody types, and such shortcuts are on. */
export function isPlainKey(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event) && singleKeysOn();
}
