"use client";
import { useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { withCarried } from "./carried";

/** Links that keep what holds for the whole workspace: site, team, time range and zone. */
export function useCarry(): (href: string) => string {
  const query = useSearchParams();
  return useCallback((href) => withCarried(href, query), [query]);
}
