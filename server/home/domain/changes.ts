import { formatCount } from "@/server/fabric/domain/health";
import type { Change } from "./home";

/** Something that happened, as the database tells it. `atMs` is epoch ms UTC. */
export interface ChangeRow {
  atMs: number;
  nodeId: string;
  what: "event" | "online" | "offline" | "lost" | "accepted";
  /** Device, stream or name that it is about. */
  subject: string | null;
  streamId: number | null;
  /** Kind of the event, or why. */
  word: string | null;
  severity: string | null;
  state: string | null;
  n: number;
}

/** The same as a sentence with a status and the place to look. */
export function changeOf(row: ChangeRow): Change {
  const { atMs, nodeId, what, subject, streamId, n } = row;
  const word = row.word?.replace(/[-_.]/g, " ") ?? null;
  const node = { atMs, nodeId, href: `/fleet/${nodeId}` };
  const because = word ? `, ${word}` : "";
  switch (what) {
    case "online":
      return { ...node, status: "ok", text: `${subject ?? nodeId} came online` };
    case "offline":
      return { ...node, status: "bad", text: `${subject ?? nodeId} went offline${because}` };
    case "lost":
      return { ...node, status: "bad", text: `${nodeId} lost ${formatCount(n)} ${n === 1 ? "row" : "rows"}${because}` };
    case "accepted":
      return {
        ...node,
        status: "ok",
        text: `${formatCount(n)} ${n === 1 ? "stream" : "streams"} of ${nodeId} accepted`,
      };
    case "event": {
      const about = `${subject ?? nodeId}: ${word ?? "event"}`;
      const href = streamId === null ? node.href : `/streams/${streamId}`;
      if (row.state === "cleared") return { ...node, href, status: "ok", text: `${about} is over` };
      if (row.state === "raised") return { ...node, href, status: severe(row.severity) ? "bad" : "watch", text: about };
      return { ...node, href, status: severe(row.severity) ? "bad" : "unknown", text: about };
    }
  }
}

function severe(severity: string | null): boolean {
  return severity === "high" || severity === "critical";
}
