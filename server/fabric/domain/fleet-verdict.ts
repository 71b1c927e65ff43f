import { formatCount, type Status } from "./health";

export interface FleetFacts {
  nodes: number;
  byStatus: Readonly<Record<Status, number>>;
  /** Nodes whose connection is down; also counted under bad. */
  offline: number;
  proposedNodes: number;
  /** Nodes that wait themselves or have a stream that waits. */
  waitingNodes: number;
  proposedStreams: number;
  quarantined: number;
  /** Nodes out of service; counted nowhere else. */
  retired: number;
  /** The worst node, to name it when it is alone. */
  worst: { id: string; status: Status; reason: string } | null;
}

export interface Verdict {
  status: Status;
  /** The title of the page: what is true. */
  title: string;
  /** What follows from it or waits for somebody; may be empty. */
  detail: string;
}

/**
 * The fleet in one sentence, from the same facts as the table below it. What is wrong is said first, what waits for a person second;
 * "all" is only said when nothing is unknown.
 */
export function fleetVerdict(facts: FleetFacts): Verdict {
  if (facts.nodes === 0)
    return {
      status: "unknown",
      title: facts.retired > 0 ? "No node is in service" : "No node has been added yet",
      detail:
        facts.retired > 0
          ? `${count(facts.retired, "node")} ${facts.retired === 1 ? "is" : "are"} retired. Take one back on its page, or add another.`
          : "Add one and its data appears here within seconds.",
    };
  const { bad, watch, unknown, ok } = facts.byStatus;
  return {
    status: bad > 0 ? "bad" : watch > 0 ? "watch" : unknown > 0 ? "unknown" : "ok",
    title: title(),
    detail: waiting(facts),
  };

  function title(): string {
    if (facts.worst && (bad === 1 || bad + watch === 1))
      return `${facts.worst.id} needs ${bad === 1 ? "help" : "a look"}: ${facts.worst.reason}${bad === 1 && watch > 0 ? `; ${formatCount(watch)} more to watch` : ""}`;
    if (bad > 0)
      return `${count(bad, "node")} of ${formatCount(facts.nodes)} need help${facts.offline > 0 ? `, ${formatCount(facts.offline)} offline` : ""}`;
    if (watch > 0) return `All connected, ${count(watch, "node")} to watch`;
    if (unknown > 0)
      return ok === 0
        ? `Nothing is known yet about ${facts.nodes === 1 ? "the only node" : `the ${formatCount(facts.nodes)} nodes`}`
        : `${formatCount(ok)} of ${formatCount(facts.nodes)} nodes are sending, ${formatCount(unknown)} not known yet`;
    return facts.nodes === 1
      ? "The one node is connected and sending"
      : `All ${formatCount(facts.nodes)} nodes are connected and sending`;
  }
}

function waiting({ proposedNodes, proposedStreams, quarantined }: FleetFacts): string {
  const parts: string[] = [];
  if (proposedNodes > 0)
    parts.push(`${count(proposedNodes, "node")} and ${count(proposedStreams, "stream")} wait to be accepted`);
  else if (proposedStreams > 0)
    parts.push(`${count(proposedStreams, "stream")} ${proposedStreams === 1 ? "waits" : "wait"} to be accepted`);
  if (quarantined > 0) parts.push(`${count(quarantined, "message")} ${quarantined === 1 ? "is" : "are"} in quarantine`);
  return parts.length === 0 ? "Nothing waits for a decision." : `${parts.join("; ")}.`;
}

function count(n: number, noun: string): string {
  return `${formatCount(n)} ${noun}${n === 1 ? "" : "s"}`;
}
