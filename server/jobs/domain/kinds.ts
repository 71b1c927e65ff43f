import type { Action } from "@/server/core/domain/permissions";

export const RUN_STATES = ["queued", "running", "done", "failed", "cancelled"] as const;
export type RunState = (typeof RUN_STATES)[number];
export const KINDS = ["export-readings", "recompute-rollups", "verify-audit", "solve-plan"] as const;
export type Kind = (typeof KINDS)[number];

/** Each kind with what it is called and who may start or repeat it. */
export const KIND_RULES: Readonly<Record<Kind, { label: string; needs: Action }>> = {
  "export-readings": { label: "Export of readings", needs: "stream.export" },
  "recompute-rollups": { label: "Rollups computed anew", needs: "jobs.manage" },
  "verify-audit": { label: "Audit log verified", needs: "audit.export" },
  "solve-plan": { label: "Plan of the portfolio", needs: "value.plan" },
};

export function isKind(word: string): word is Kind {
  return KINDS.some((kind) => kind === word);
}
