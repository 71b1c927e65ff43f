import { formatAge, type Health } from "./health";

/** What a slot's model said last. */
export interface ModelFacts {
  /** When it scored last, epoch ms UTC; null when it never did, or not for long. */
  lastMs: number | null;
  lastLabel: string | null;
}

/** Quiet windows are thinned out at the edge, so a healthy model may say nothing for some minutes. */
const SILENT_AFTER_MS = 10 * 60_000;

/**
 * Whether a model does its work, and what it says. Never ok because nothing was heard; and what it says being unusual is something to
 * look at, not a fault of the model: nobody knows yet whether it is right.
 */
export function modelHealth({ lastMs, lastLabel }: ModelFacts, nowMs: number): Health {
  if (lastMs === null) return { status: "unknown", reason: "has scored nothing yet" };
  const age = formatAge(Math.max(0, nowMs - lastMs));
  if (nowMs - lastMs > SILENT_AFTER_MS) return { status: "watch", reason: `scored nothing for ${age}` };
  if (lastLabel !== null && lastLabel !== "normal" && lastLabel !== "ok")
    return { status: "watch", reason: `says ${lastLabel}, ${age} ago` };
  return { status: "ok", reason: `scored ${age} ago` };
}
