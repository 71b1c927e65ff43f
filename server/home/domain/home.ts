import type { FleetFacts, Verdict } from "@/server/fabric/domain/fleet-verdict";
import type { ValueToday } from "@/server/value/domain/value-today";
import { formatAge, formatCount, formatNumber, type Status } from "@/server/fabric/domain/health";

/** Whose first page it is. The two council roles share one. */
export const HOME_ROLES = ["executive", "council", "data-scientist", "technician", "admin", "auditor"] as const;
export type HomeRole = (typeof HOME_ROLES)[number];

/** An alarm that was raised and not cleared since. Times are epoch ms UTC. */
export interface OpenAlarm {
  nodeId: string;
  streamId: number | null;
  streamKey: string | null;
  device: string | null;
  kind: string;
  severity: "info" | "low" | "medium" | "high" | "critical" | null;
  sinceMs: number;
  value: number | null;
  limit: number | null;
  /** Digest of the model that said so; null for a plain limit. */
  model: string | null;
}

/** A model that runs in a slot of a node, or should. */
export interface RunningModel {
  nodeId: string;
  slot: string;
  model: string | null;
  scored24h: number;
  lastMs: number | null;
  lastLabel: string | null;
  p50LatencyMs: number | null;
}

export interface StreamOverLimit {
  id: number;
  nodeId: string;
  key: string;
  value: number;
  unit: string | null;
  limitLow: number | null;
  limitHigh: number | null;
}

/** Something that happened, newest first. */
export interface Change {
  atMs: number;
  nodeId: string;
  text: string;
  status: Status;
  href: string;
}

export interface HomeFacts {
  nowMs: number;
  fleet: FleetFacts;
  /** Nodes that are bad or to be watched, the worst first. */
  troubled: readonly { id: string; name: string | null; status: Status; reason: string }[];
  streams: { accepted: number; current: number };
  overLimit: readonly StreamOverLimit[];
  alarms: readonly OpenAlarm[];
  models: readonly RunningModel[];
  lost24h: { rows: number; nodes: number };
  /** Held messages by reason; null when this person may not see them. */
  quarantine: { held: number; topReason: string | null } | null;
  changes: readonly Change[];
  /** what portfolio and outcomes say; null for a role whose first page does not ask, and for who may not see them */
  value: ValueToday | null;
}

/** One thing to do or to look at. */
export interface Need {
  status: Status;
  title: string;
  why: string;
  href: string;
  /** What to do there. */
  action: string;
}

/** Whose first page says what is committed and what it pays: of those who decide. */
export function asksForValue(role: HomeRole): boolean {
  return role === "executive" || role === "council" || role === "auditor";
}

/** The role whose home somebody sees first: who decides before who works, who works before who administers. */
export function homeRolesOf(roles: readonly string[]): HomeRole[] {
  const asHome = roles.map((role) => (role === "chair" || role === "member" ? "council" : role));
  return HOME_ROLES.filter((role) => asHome.includes(role));
}

const SILENT_MODEL_MS = 3_600_000;

/** Slots whose model has scored nothing for an hour, although the node declares them. */
export function silentModels({ models, nowMs }: HomeFacts): RunningModel[] {
  return models.filter(({ lastMs }) => lastMs === null || nowMs - lastMs > SILENT_MODEL_MS);
}

/** The first page's title and what follows from it, for one role, from the same facts as the lists under it. */
export function homeVerdict(role: HomeRole, facts: HomeFacts): Verdict {
  if (facts.fleet.nodes === 0)
    return {
      status: "unknown",
      title: "Nothing is connected yet",
      detail: "Add a node and its data appears here within seconds.",
    };
  switch (role) {
    case "executive":
      return executive(facts);
    case "council":
      return {
        status: "unknown",
        title: "Nothing is up for decision",
        detail: `No use case has entered a gate yet, so there is nothing to vote on. ${plantSentence(facts)}`,
      };
    case "data-scientist":
      return dataScientist(facts);
    case "technician":
      return technician(facts);
    case "admin":
      return admin(facts);
    case "auditor":
      return {
        status: "unknown",
        title: "No decision has been taken yet",
        detail: `There is no vote, waiver or certificate to examine. ${plantSentence(facts)}`,
      };
  }
}

function executive(facts: HomeFacts): Verdict {
  const { status, said } = plant(facts);
  const { value } = facts;
  if (value === null || value.useCases.accepted + value.pending === 0)
    return {
      status,
      title: sentence(said),
      detail: "What this is worth is not known: no use case stands on these streams yet.",
    };
  return { status, title: value.title, detail: `${value.detail} ${sentence(said)}.` };
}

function technician(facts: HomeFacts): Verdict {
  const needs = needsOf("technician", facts);
  const [first] = needs;
  if (!first) return { status: "ok", title: "Nothing needs you", detail: `${sentence(plant(facts).said)}.` };
  const worst = needs.some(({ status }) => status === "bad") ? "bad" : first.status;
  return {
    status: worst,
    title:
      needs.length === 1 ? `${first.title}: ${first.why}` : `${things(needs.length)} need you, first ${first.title}`,
    detail: needs.length === 1 ? `${sentence(plant(facts).said)}.` : `${sentence(first.why)}.`,
  };
}

function dataScientist(facts: HomeFacts): Verdict {
  const { models, alarms } = facts;
  if (models.length === 0)
    return {
      status: "unknown",
      title: "No model runs yet",
      detail: "A model runs once a pipeline with a slot for it is placed on a node.",
    };
  const silent = silentModels(facts);
  const said = alarms.filter(({ model }) => model !== null);
  const running = count(models.length - silent.length, "model slot");
  const first = said[0];
  if (first)
    return {
      status: "watch",
      title: `${first.device ?? first.nodeId} looks wrong to a model${said.length > 1 ? `, and ${said.length - 1} more` : ""}`,
      detail: `Raised ${ago(first.sinceMs, facts.nowMs)}. ${sentence(running)} of ${models.length} scored in the last hour. Whether the model is right is not known: nobody has labelled its findings yet.`,
    };
  return {
    status: silent.length > 0 ? "watch" : "ok",
    title:
      silent.length > 0
        ? `${count(silent.length, "model slot")} of ${models.length} scored nothing for an hour`
        : `${running} ${models.length === 1 ? "scores" : "score"}, none sees anything wrong`,
    detail: "How accurate they are is not known: nobody has labelled their findings yet.",
  };
}

function admin(facts: HomeFacts): Verdict {
  const { proposedNodes, proposedStreams } = facts.fleet;
  const waits = proposedNodes + (facts.quarantine?.held ?? 0) + (proposedStreams > 0 ? 1 : 0);
  const { status, said } = plant(facts);
  if (status !== "ok") return { status, title: sentence(said), detail: waitingSentence(facts) };
  return {
    status: waits > 0 ? "watch" : "ok",
    title: waits > 0 ? waitingSentence(facts).replace(/\.$/, "") : "Everything runs and nothing waits for you",
    detail: `${sentence(said)}.`,
  };
}

function waitingSentence({ fleet, quarantine }: HomeFacts): string {
  const parts = [
    fleet.proposedNodes > 0 ? count(fleet.proposedNodes, "node") : null,
    fleet.proposedStreams > 0 ? count(fleet.proposedStreams, "stream") : null,
  ].filter((part) => part !== null);
  const accept =
    parts.length > 0
      ? `${parts.join(" and ")} ${fleet.proposedNodes + fleet.proposedStreams === 1 ? "waits" : "wait"} to be accepted`
      : null;
  const held = quarantine && quarantine.held > 0 ? `${count(quarantine.held, "message")} held in quarantine` : null;
  const all = [accept, held].filter((part) => part !== null);
  return all.length === 0 ? "Nothing waits for a decision." : `${sentence(all.join(", "))}.`;
}

/** The plant in one clause, the worst first; "all" only when nothing is unknown. */
function plant({ fleet, alarms, lost24h }: HomeFacts): { status: Status; said: string } {
  const { bad, watch, unknown, ok } = fleet.byStatus;
  const severe = alarms.filter(({ severity }) => severity === "high" || severity === "critical").length;
  const lost = lost24h.rows > 0 ? `${count(lost24h.rows, "reading row")} lost in 24 h` : "nothing lost in 24 h";
  const seen = alarms.length > 0 ? `, ${count(alarms.length, "alarm")} open` : "";
  if (bad > 0)
    return {
      status: "bad",
      said: `${count(bad, "node")} of ${formatCount(fleet.nodes)} ${bad === 1 ? "needs" : "need"} help${seen}, ${lost}`,
    };
  const status: Status =
    severe > 0 ? "bad" : watch > 0 || alarms.length > 0 || lost24h.rows > 0 ? "watch" : unknown > 0 ? "unknown" : "ok";
  const sending =
    unknown + watch === 0
      ? `all ${formatCount(fleet.nodes)} nodes send`
      : `${formatCount(ok)} of ${formatCount(fleet.nodes)} nodes send`;
  return { status, said: `${sending}${seen}, ${lost}` };
}

function plantSentence(facts: HomeFacts): string {
  return `Meanwhile ${plant(facts).said}.`;
}

/** What asks for this person, the worst first; at most 8, because a longer list is the list it links to. */
export function needsOf(role: HomeRole, facts: HomeFacts): Need[] {
  const all = [
    ...(role === "data-scientist" ? modelNeeds(facts) : []),
    ...alarmNeeds(facts),
    ...(role === "technician" || role === "admin" ? [...nodeNeeds(facts), ...limitNeeds(facts)] : []),
    ...(role === "executive" || role === "council" || role === "auditor"
      ? nodeNeeds(facts).filter(({ status }) => status === "bad")
      : []),
    ...(role === "technician" || role === "admin" || role === "data-scientist" ? waitNeeds(facts) : []),
    ...(asksForValue(role) ? valueNeeds(facts) : []),
  ];
  const rank: Readonly<Record<Status, number>> = { bad: 0, watch: 1, unknown: 2, ok: 3 };
  return all.sort((a, b) => rank[a.status] - rank[b.status]).slice(0, 8);
}

function alarmNeeds({ alarms, nowMs }: HomeFacts): Need[] {
  return alarms.map((alarm) => ({
    status: alarm.severity === "high" || alarm.severity === "critical" ? "bad" : "watch",
    title: alarm.device ?? alarm.streamKey ?? alarm.nodeId,
    why: `${words(alarm.kind)} since ${formatAge(nowMs - alarm.sinceMs)}${
      alarm.value !== null && alarm.limit !== null
        ? `, ${formatNumber(alarm.value)} against a limit of ${formatNumber(alarm.limit)}`
        : ""
    }${alarm.model ? ", said by a model" : ""}`,
    href: alarm.streamId === null ? `/fleet/${alarm.nodeId}` : `/streams/${alarm.streamId}`,
    action: "Look at it",
  }));
}

function nodeNeeds({ troubled }: HomeFacts): Need[] {
  return troubled.map((node) => ({
    status: node.status,
    title: node.name ?? node.id,
    why: node.reason,
    href: `/fleet/${node.id}`,
    action: "Open the node",
  }));
}

function limitNeeds({ overLimit }: HomeFacts): Need[] {
  return overLimit.map((stream) => {
    const high = stream.limitHigh !== null && stream.value > stream.limitHigh;
    const limit = high ? stream.limitHigh : stream.limitLow;
    return {
      status: "bad",
      title: stream.key,
      why: `${formatNumber(stream.value)} ${stream.unit ?? ""} is ${high ? "above" : "below"} ${formatNumber(limit ?? 0)}, on ${stream.nodeId}`,
      href: `/streams/${stream.id}`,
      action: "Look at it",
    };
  });
}

function modelNeeds(facts: HomeFacts): Need[] {
  return silentModels(facts).map((model) => ({
    status: "watch",
    title: `${model.slot} on ${model.nodeId}`,
    why:
      model.lastMs === null
        ? "this slot has scored nothing in 24 h"
        : `scored nothing for ${formatAge(facts.nowMs - model.lastMs)}`,
    href: `/fleet/${model.nodeId}#models`,
    action: "Open the slot",
  }));
}

function valueNeeds({ value }: HomeFacts): Need[] {
  if (value === null) return [];
  const { pending, useCases, outcomes } = value;
  const needs: Need[] = [];
  if (pending > 0)
    needs.push({
      status: "unknown",
      title: count(pending, "proposal"),
      why: "nobody has decided on what was proposed",
      href: "/portfolio?show=pending",
      action: "Decide",
    });
  if (useCases.waitsFor !== null)
    needs.push({
      status: "watch",
      title: `${count(useCases.accepted - useCases.ready, "use case")} not ready`,
      why: useCases.waitsFor,
      href: "/portfolio",
      action: "Look at it",
    });
  if (outcomes.unknown !== null)
    needs.push({
      status: "unknown",
      title: `${count(outcomes.active - outcomes.known, "outcome")} not known`,
      why: outcomes.unknown,
      href: "/outcomes",
      action: "Look at it",
    });
  return needs;
}

function waitNeeds({ fleet, quarantine }: HomeFacts): Need[] {
  const needs: Need[] = [];
  if (fleet.proposedNodes > 0)
    needs.push({
      status: "unknown",
      title: count(fleet.proposedNodes, "new node"),
      why: "nothing of theirs is stored until somebody accepts them",
      href: "/fleet?show=proposed",
      action: "Decide",
    });
  if (fleet.proposedStreams > 0)
    needs.push({
      status: "unknown",
      title: count(fleet.proposedStreams, "new stream"),
      why: "readings are held until somebody accepts them",
      href: "/streams?state=proposed",
      action: "Decide",
    });
  if (quarantine && quarantine.held > 0)
    needs.push({
      status: "watch",
      title: `${count(quarantine.held, "message")} in quarantine`,
      why: quarantine.topReason ? `most often: ${quarantine.topReason}` : "kept as they came",
      href: "/inbox/quarantine",
      action: "Look through them",
    });
  return needs;
}

function words(kind: string): string {
  return kind.replace(/[-_.]/g, " ");
}

function ago(ms: number, nowMs: number): string {
  return `${formatAge(nowMs - ms)} ago`;
}

function things(n: number): string {
  return n === 1 ? "One thing" : `${n} things`;
}

function count(n: number, noun: string): string {
  return `${formatCount(n)} ${noun}${n === 1 ? "" : "s"}`;
}

function sentence(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}
