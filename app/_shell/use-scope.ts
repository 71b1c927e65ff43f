"use client";
import { parseAsString, useQueryStates } from "nuqs";

/** The site and team that pages are narrowed to, in the link; null is all that this person may see. */
export function useScope() {
  const [scope, setScope] = useQueryStates({ site: parseAsString, team: parseAsString }, { history: "push" });
  return { scope, setScope };
}
