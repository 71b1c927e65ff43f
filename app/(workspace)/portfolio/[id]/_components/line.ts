import type { LineStop } from "@/components/line/the-line";
import type { Status } from "@/server/fabric/domain/health";
import type { LineFacts } from "@/server/value/line-queries";
import type { UseCaseDetail } from "@/server/value/queries";

export const STATUS: Readonly<Record<UseCaseDetail["needs"][number]["state"], Status>> = {
  satisfied: "ok",
  degraded: "watch",
  missing: "bad",
  unknown: "unknown",
};
const ORDER: readonly Status[] = ["bad", "watch", "unknown", "ok"];

/** The line of a use case: of each kind of thing that it needs the one that is worst off now. */
export function lineOf({ row, needs, effects }: UseCaseDetail): LineStop[] {
  const worst = (kind: string, pick: (need: UseCaseDetail["needs"][number]) => boolean): LineStop => {
    const [need] = needs.filter(pick).sort((a, b) => ORDER.indexOf(STATUS[a.state]) - ORDER.indexOf(STATUS[b.state]));
    if (!need) return { kind, label: null, status: "unknown" };
    const { label, state, why, streamId, nodeId } = need;
    const href = streamId === null ? (nodeId === null ? null : `/fleet/${nodeId}`) : `/streams/${streamId}`;
    return {
      ...{ kind, label: label ?? need.capability, status: STATUS[state], reason: why },
      ...(href === null || label === null ? {} : { href }),
    };
  };
  return [
    kpiStop(effects),
    caseStop(row),
    worst("model", ({ slot }) => slot !== null),
    worst("stream", ({ streamId }) => streamId !== null),
    worst("device", ({ deviceId }) => deviceId !== null),
    worst("node", ({ nodeId, slot }) => nodeId !== null && slot === null),
  ];
}

/**
 * The line with what is not written down with the use case: the outcome that wants its KPI, and the device and node that its streams and
 * models stand on, of each kind the one that is worst off. Without facts, which are still being read, it is as it was.
 */
export function withFacts(stops: readonly LineStop[], facts: LineFacts | undefined): LineStop[] {
  const [outcome] = facts?.outcomes ?? [];
  const kpi = stops.find(({ kind }) => kind === "KPI");
  const first: LineStop = outcome
    ? {
        ...{ kind: "outcome", label: outcome.statement, href: `/outcomes/${outcome.id}` },
        ...{ status: kpi?.status === "ok" ? "ok" : "unknown", reason: `wanted by ${outcome.horizon}` },
      }
    : { kind: "outcome", label: null, status: "unknown" };
  const carried = (stop: LineStop): LineStop => {
    const [worst] = (facts?.things ?? [])
      .filter(({ kind }) => kind === stop.kind)
      .sort((a, b) => ORDER.indexOf(STATUS[a.state]) - ORDER.indexOf(STATUS[b.state]));
    if (stop.label !== null || !worst) return stop;
    return { kind: stop.kind, label: worst.label, href: worst.href, status: STATUS[worst.state], reason: worst.why };
  };
  return [first, ...stops.map(carried)];
}

/** The use case itself, by its must-meets. */
export function caseStop({ title, standing: { checks } }: UseCaseDetail["row"]): LineStop {
  const failing = checks.find(({ verdict }) => verdict === "fail");
  const open = failing ?? checks.find(({ verdict }) => verdict !== "pass");
  return {
    ...{ kind: "use case", label: title, status: failing ? "bad" : open ? "unknown" : "ok" },
    reason: open?.why ?? "It holds all must-meets.",
  };
}

/** Of the KPIs that it moves the first that is unknown, else the first. */
function kpiStop(effects: UseCaseDetail["effects"]): LineStop {
  const effect = effects.find(({ now }) => !now.known) ?? effects[0];
  if (!effect) return { kind: "KPI", label: null, status: "unknown" };
  return effectStop(effect);
}

/** A KPI that it moves, as it is known now. */
export function effectStop({ kpiId, name, unit, now }: UseCaseDetail["effects"][number]): LineStop {
  return {
    ...{ kind: "KPI", label: name, href: `/kpis/${kpiId}`, status: now.known ? "ok" : "unknown" },
    reason: now.known ? `${now.value.value} ${unit} on ${now.value.day}` : now.why,
  };
}
