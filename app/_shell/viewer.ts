"use client";
import type { Reader } from "./registry";

/** Who looks at the pages; null while nobody has to sign in. */
export function useViewer(): Reader | null {
  return null;
}
