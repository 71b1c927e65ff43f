"use client";
import { useSyncExternalStore } from "react";

/** A choice between two that one browser remembers, and every tab of it follows. */
export class Remembered {
  /** @param key in the browser's storage @param chosen what is kept while it is chosen; anything else, or nothing, means that it is not */
  constructor(
    private readonly key: string,
    private readonly chosen: string,
  ) {}

  isChosen = (): boolean => localStorage.getItem(this.key) === this.chosen;

  choose(on: boolean): void {
    if (on) localStorage.setItem(this.key, this.chosen);
    else localStorage.removeItem(this.key);
    window.dispatchEvent(new Event(this.key)); // `storage` reaches only the other tabs
  }

  /** As a value that a component follows. @param untilKnown what the server, which cannot know, takes it for */
  useIsChosen(untilKnown: boolean): boolean {
    return useSyncExternalStore(this.subscribe, this.isChosen, () => untilKnown);
  }

  private readonly subscribe = (listener: () => void): (() => void) => {
    window.addEventListener("storage", listener);
    window.addEventListener(this.key, listener);
    return () => {
      window.removeEventListener("storage", listener);
      window.removeEventListener(this.key, listener);
    };
  };
}
