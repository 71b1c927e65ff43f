import type { Status } from "@/server/fabric/domain/health";
import type { OutcomeRow } from "@/server/value/outcome-queries";

export const OUTCOME_STATUS: Readonly<Record<OutcomeRow["state"], Status>> = {
  draft: "unknown",
  active: "ok",
  achieved: "ok",
  missed: "bad",
  retired: "unknown",
};
