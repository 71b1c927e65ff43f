"use client";
import { parseAsString, useQueryStates } from "nuqs";
import { Button } from "@/components/ui/button";
import { resolveOrDefault, useRange } from "../../../../_shell/range/use-range";
import { RangePicker } from "../../../../_shell/range/range-picker";
import { useClock } from "../../../../_shell/refresh";

const MINUTE_MS = 60_000;
/** What is looked at first when somebody wants less than everything. */
const FIRST = { from: "now-24h", to: "now" };

/** The time range of the workspace where the address names one; the log without one is all of it, not its last hours. */
export function useAuditTime() {
  const [asked, setAsked] = useQueryStates({ from: parseAsString, to: parseAsString }, { history: "push" });
  const nowMs = useClock();
  const isNarrowed = asked.from !== null && asked.to !== null;
  // By the minute, so that a range that ends now is not another question each second; the minute that runs is in it.
  const untilMs = Math.ceil((nowMs ?? 0) / MINUTE_MS) * MINUTE_MS;
  const range = { from: asked.from ?? FIRST.from, to: asked.to ?? FIRST.to };
  const { resolved, problem } = resolveOrDefault(range, untilMs);
  const isKnown = isNarrowed && nowMs !== null;
  return {
    isNarrowed,
    problem: isNarrowed ? problem : null,
    bounds: { fromMs: isKnown ? resolved.fromMs : null, toMs: isKnown ? resolved.toMs : null },
    choose: (next: { from: string; to: string } | null) => void setAsked(next ?? { from: null, to: null }),
  };
}

/** The picker of the workspace's time range, and the way back to all of the log. */
export function AuditTime({ isNarrowed, problem, choose }: ReturnType<typeof useAuditTime>) {
  const link = useRange("UTC");
  if (!isNarrowed)
    return (
      <Button size="small" onClick={() => choose(FIRST)}>
        Choose a time
      </Button>
    );
  return (
    <>
      <RangePicker link={link} siteZone="UTC" />
      <Button size="small" look="quiet" onClick={() => choose(null)}>
        Any time
      </Button>
      {problem === null ? null : <span role="alert">{problem}</span>}
    </>
  );
}
