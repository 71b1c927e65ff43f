import { formatCount } from "./health";
import type { Verdict } from "./fleet-verdict";
import { reasonWords } from "./reason-words";

export interface QuarantineFacts {
  status: "held" | "replayed" | "discarded";
  matching: number;
  reasons: readonly { reason: string; n: number }[];
  nodes: readonly { nodeId: string; n: number }[];
}

/** What the quarantine holds, in one sentence, and what the biggest part of it needs. */
export function quarantineVerdict({ status, matching, reasons, nodes }: QuarantineFacts): Verdict {
  const messages = `${formatCount(matching)} ${matching === 1 ? "message" : "messages"}`;
  if (status === "replayed")
    return {
      status: "ok",
      title: matching === 0 ? "No message has been replayed" : `${messages} replayed`,
      detail: "They were stored as if they had arrived now; their capture times are unchanged.",
    };
  if (status === "discarded")
    return {
      status: "unknown",
      title: matching === 0 ? "No message has been discarded" : `${messages} discarded`,
      detail: "They stay here as a record and were never stored.",
    };
  if (matching === 0)
    return { status: "ok", title: "Nothing is held in quarantine", detail: "Every message that arrived was stored." };
  const top = reasons[0];
  const from =
    nodes.length === 1 && nodes[0] ? ` from ${nodes[0].nodeId}` : nodes.length > 1 ? ` from ${nodes.length} nodes` : "";
  const onlyProposed = reasons.length === 1 && top?.reason === "PROPOSED";
  if (onlyProposed)
    return {
      status: "unknown",
      title: `${messages}${from} ${matching === 1 ? "waits" : "wait"} for streams to be accepted`,
      detail: "Accept the streams and everything is stored by itself; nothing is lost meanwhile.",
    };
  return {
    status: "watch",
    title: `${messages}${from} could not be stored`,
    detail: top
      ? `Most often: ${reasonWords(top.reason)} (${formatCount(top.n)}). Nothing was dropped: fix the cause, then replay.`
      : "Nothing was dropped: fix the cause, then replay.",
  };
}
