import { z } from "zod";
import { EpochMs, Ordinal } from "./names";

/**
 * One OTA action: one node × one artifact × one attempt (wire contract §6). The same table runs on the device, which
 * moves through it, and on the server, which refuses reports that it does not allow.
 *
 * - QUEUED: the server holds it for its ring and budget. OFFERED: it stands in the desired document.
 * - DORMANT: the node is offline; nothing runs, and the newest artifact is offered when it returns.
 * - REJECTED: the device cannot or may not take it; `REJECT_REASONS` says why; not retried.
 * - DEFERRED: the device or its operator asked for later; it is offered again.
 * - DOWNLOADING → VERIFIED → STAGED: bytes arrive, every chunk and the signature hold, the file lies ready.
 * - AWAITING_WINDOW, AWAITING_CONFIRM: ready, but it is not the time, or a person has to say yes.
 * - SHADOWING: it runs beside the active model on live input and answers nobody.
 * - ACTIVATING: `trial` points at it, `committed` at the last good one. PROBATION: it answers, under watch.
 * - COMMITTED: the server confirmed it from inference rows stamped with the new digest.
 * - FAILED: shadowing went wrong; it never took traffic. ROLLING_BACK → ROLLED_BACK | ROLLBACK_FAILED: back to
 *   `committed`, by the device alone, also offline.
 * - CANCELLED, SUPERSEDED, EXPIRED, TIMED_OUT: ended before activation; the last good one was never touched.
 */
export const ACTION_STATES = [
  "QUEUED",
  "OFFERED",
  "DORMANT",
  "REJECTED",
  "DEFERRED",
  "DOWNLOADING",
  "VERIFIED",
  "STAGED",
  "AWAITING_WINDOW",
  "AWAITING_CONFIRM",
  "SHADOWING",
  "FAILED",
  "ACTIVATING",
  "PROBATION",
  "COMMITTED",
  "ROLLING_BACK",
  "ROLLED_BACK",
  "ROLLBACK_FAILED",
  "CANCELLED",
  "SUPERSEDED",
  "EXPIRED",
  "TIMED_OUT",
] as const;
export type ActionState = (typeof ACTION_STATES)[number];

export const REJECT_REASONS = [
  "INCOMPATIBLE",
  "DISK",
  "POLICY",
  "DENYLISTED",
  "BAD_SIG",
  "EXPIRED_MANIFEST",
  "DOWNGRADE",
] as const;

/** Ends that any state before ACTIVATING can meet: activation itself is never cut off from outside. */
const ENDINGS = ["CANCELLED", "SUPERSEDED", "EXPIRED", "TIMED_OUT"] as const;

const TRANSITIONS: Record<ActionState, readonly ActionState[]> = {
  QUEUED: ["OFFERED", "DORMANT", ...ENDINGS],
  OFFERED: ["DORMANT", "REJECTED", "DEFERRED", "DOWNLOADING", ...ENDINGS],
  DORMANT: ["OFFERED", ...ENDINGS],
  DEFERRED: ["OFFERED", ...ENDINGS],
  DOWNLOADING: ["VERIFIED", "REJECTED", ...ENDINGS],
  VERIFIED: ["STAGED", "REJECTED", ...ENDINGS],
  STAGED: ["AWAITING_WINDOW", "AWAITING_CONFIRM", "SHADOWING", ...ENDINGS],
  AWAITING_WINDOW: ["AWAITING_CONFIRM", "SHADOWING", ...ENDINGS],
  AWAITING_CONFIRM: ["AWAITING_WINDOW", "SHADOWING", ...ENDINGS],
  SHADOWING: ["FAILED", "ACTIVATING", ...ENDINGS],
  ACTIVATING: ["PROBATION", "ROLLING_BACK"],
  PROBATION: ["COMMITTED", "ROLLING_BACK"],
  ROLLING_BACK: ["ROLLED_BACK", "ROLLBACK_FAILED"],
  REJECTED: [],
  FAILED: [],
  COMMITTED: [],
  ROLLED_BACK: [],
  ROLLBACK_FAILED: [],
  CANCELLED: [],
  SUPERSEDED: [],
  EXPIRED: [],
  TIMED_OUT: [],
};

export function nextStates(from: ActionState): readonly ActionState[] {
  return TRANSITIONS[from];
}

export function isTerminal(state: ActionState): boolean {
  return TRANSITIONS[state].length === 0;
}

export function canMove(from: ActionState, to: ActionState): boolean {
  return TRANSITIONS[from].includes(to);
}

/** What the device runs in a state: the last good model, or the one on trial with the last good one kept beside it. */
export function runningPointer(state: ActionState): "committed" | "trial" {
  return state === "ACTIVATING" || state === "PROBATION" ? "trial" : "committed";
}

/** `up/action/{actionId}`. `seq` rises with every report of this attempt, so that an older one is known and ignored. */
export const ActionReport = z.object({
  v: z.literal(1),
  action: z.string().min(1).max(64),
  attempt: z.int().positive(),
  seq: Ordinal,
  state: z.enum(ACTION_STATES),
  reason: z.enum(REJECT_REASONS).or(z.literal("SHADOW")).optional(),
  progress: z.number().min(0).max(1).nullable().default(null),
  detail: z.string().max(1_000).nullable().default(null),
  ts: EpochMs,
});
export type ActionReport = z.infer<typeof ActionReport>;

export type ReportVerdict = "take" | "older" | "after-end" | "not-allowed";

/**
 * Whether a report may replace the last one known of the same action. A new attempt starts over; within an attempt an
 * older or equal `seq` is ignored, an end is final, and the same state may be reported again (progress). Reports can be
 * lost, so a later state counts when some path of the table leads to it.
 */
export function judgeReport(
  known: Pick<ActionReport, "attempt" | "seq" | "state">,
  report: ActionReport,
): ReportVerdict {
  if (report.attempt < known.attempt) return "older";
  if (report.attempt > known.attempt) return "take";
  if (report.seq <= known.seq) return "older";
  if (isTerminal(known.state)) return "after-end";
  return report.state === known.state || isReachable(known.state, report.state) ? "take" : "not-allowed";
}

/** True when the table has a path from one state to the other. */
export function isReachable(from: ActionState, to: ActionState): boolean {
  const seen = new Set<ActionState>();
  const queue: ActionState[] = [from];
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (const next of TRANSITIONS[state]) {
      if (next === to) return true;
      if (!seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
    }
  }
  return false;
}
