import type { GraphLink, GraphPart } from "@/components/line/graph-layout";
import type { LineFacts } from "@/server/value/line-queries";
import type { UseCaseDetail } from "@/server/value/queries";
import { caseStop, effectStop, STATUS } from "./line";

/** Kinds of parts, from the outcome down to the plant. */
export const GRAPH_KINDS = ["outcome", "KPI", "use case", "model", "stream", "device", "node"] as const;
type Kind = (typeof GRAPH_KINDS)[number];

export interface UseCaseGraph {
  parts: GraphPart[];
  links: GraphLink[];
}

/** The whole line of a use case: every outcome, KPI, model, stream, device and node on it, and what stands on what. */
export function graphOf({ row, needs, effects }: UseCaseDetail, facts: LineFacts): UseCaseGraph {
  const here = `use-case:${row.id}`;
  const parts = new Map<string, GraphPart>();
  const links: GraphLink[] = [];
  const add = (kind: Kind, part: Omit<GraphPart, "kind">) => {
    if (parts.has(part.id)) return;
    // `lyon-1 / pump-1`: the node stands in a column of its own.
    const [, short] = kind === "stream" || kind === "device" ? part.label.split(" / ") : [];
    parts.set(part.id, { ...part, kind, ...(short === undefined ? {} : { short }) });
  };
  const { status, reason } = caseStop(row);
  add("use case", { id: here, label: row.title, status, reason: reason ?? "" });
  for (const effect of effects) {
    const id = `kpi:${effect.kpiId}`;
    const stop = effectStop(effect);
    add("KPI", {
      id,
      label: effect.name,
      status: stop.status,
      reason: stop.reason ?? "",
      href: `/kpis/${effect.kpiId}`,
    });
    links.push({ from: id, to: here });
  }
  for (const { id, statement, horizon, kpiId } of facts.outcomes) {
    const seenBy = facts.outcomes.flatMap((one) => (one.id === id ? [`kpi:${one.kpiId}`] : []));
    const isSeen = seenBy.every((kpi) => parts.get(kpi)?.status === "ok");
    const why = isSeen ? `wanted by ${horizon}` : `wanted by ${horizon}; a KPI of it is unknown`;
    add("outcome", {
      ...{ id: `outcome:${id}`, label: statement, href: `/outcomes/${id}`, reason: why },
      status: isSeen ? "ok" : "unknown",
    });
    links.push({ from: `outcome:${id}`, to: `kpi:${kpiId}` });
  }
  const ways = new Map<string, number>();
  for (const { capability } of needs) ways.set(capability, (ways.get(capability) ?? 0) + 1);
  for (const need of needs) {
    const id = need.thing ?? `need:${need.id}`;
    const kind: Kind =
      need.slot !== null ? "model" : need.deviceId !== null ? "device" : need.nodeId !== null ? "node" : "stream";
    const href = need.streamId === null ? need.nodeId && `/fleet/${need.nodeId}` : `/streams/${need.streamId}`;
    add(kind, {
      ...{ id, label: need.label ?? need.capability, status: STATUS[need.state], reason: need.why },
      ...(href && need.label !== null ? { href } : {}),
    });
    links.push({ from: here, to: id, isChoice: (ways.get(need.capability) ?? 1) > 1 });
  }
  for (const { id, kind, label, href, state, why } of facts.things)
    add(kind, { id, label, href, status: STATUS[state], reason: why });
  // What a KPI is computed from is on the line only where the use case needs it, or nothing else leads there: it is a measure, not a part.
  links.push(...facts.links.filter(({ from, to }) => parts.has(from) && parts.has(to)));
  return { parts: [...parts.values()], links };
}

/** The graph in a sentence. */
export function graphSentence({ parts }: UseCaseGraph): string {
  const plant = parts.filter(({ kind }) => ["model", "stream", "device", "node"].includes(kind));
  if (plant.length === 0) return "Nobody has said what it stands on in the plant.";
  const wrong = plant.filter(({ status }) => status !== "ok");
  const stands = `It stands on ${plant.length} ${plant.length === 1 ? "part" : "parts"} of the plant`;
  if (wrong.length === 0) return `${stands}, all there and healthy.`;
  const [first] = wrong;
  const others = wrong.length > 1 ? `, and ${wrong.length - 1} more` : "";
  return `${stands}; not as they should be: ${first?.label} (${first?.reason})${others}.`;
}
