"use client";
import { useState } from "react";
import { type RankMoment, rankMovesSaid } from "@/server/value/domain/rank-words";

/** Says politely, to a screen reader alone, which ranks an estimate or a policy moved: everybody else sees the rows. */
export function RankMoves({ policyVersion, ranked }: RankMoment) {
  const [last, setLast] = useState({ policyVersion, ranked, said: "" });
  if (last.ranked !== ranked) {
    const said = rankMovesSaid(last, { policyVersion, ranked });
    setLast({ policyVersion, ranked, said: said === "" ? last.said : said });
  }
  return (
    <p role="status" aria-label="Ranks that moved" className="vh">
      {last.said}
    </p>
  );
}
