"use client";
import { Remembered } from "./remembered";
import { isTyping } from "./typing";

/** Shortcuts of one plain key are on in a browser unless somebody switched them off there (WCAG 2.1.4). */
export const singleKeysOff = new Remembered("throughline-single-keys", "off");

/** A press that a single-key shortcut may answer: no modifier, nobody types, and such shortcuts are on. */
export function isPlainKey(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event) && !singleKeysOff.isChosen();
}
