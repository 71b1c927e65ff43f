"use client";
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { ORDERS } from "@/server/value/domain/portfolio-list";
import { SHOWN_INTAKES, SHOWN_STAGES } from "@/server/value/domain/stages";

/** Ways to look at the portfolio. */
export const WAYS = ["table", "board", "matrix"] as const;
export type Way = (typeof WAYS)[number];

/** How the portfolio is looked at, all of it in the address: a link shows the same, and so does a saved view. */
export function useAddress() {
  return useQueryStates(
    {
      view: parseAsStringLiteral(WAYS).withDefault("table"),
      q: parseAsString.withDefault(""),
      show: parseAsStringLiteral(SHOWN_INTAKES).withDefault("open"),
      stage: parseAsStringLiteral(SHOWN_STAGES).withDefault("all"),
      sort: parseAsStringLiteral(ORDERS).withDefault("rank"),
      /** the matrix as a table as well */
      table: parseAsBoolean.withDefault(false),
    },
    { throttleMs: 250 },
  );
}
