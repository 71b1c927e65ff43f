import { LANES, type Lane, NodeId, StreamKey } from "./names";

/** Everything version 1 publishes lives under this prefix; `{node}` is the next level. */
export const TOPIC_ROOT = "tl/1";

export const birthTopic = (node: string) => `${TOPIC_ROOT}/${node}/up/birth`;
export const stateTopic = (node: string) => `${TOPIC_ROOT}/${node}/up/state`;
export const batchTopic = (node: string, lane: Lane) => `${TOPIC_ROOT}/${node}/up/batch/${lane}`;
export const reportedTopic = (node: string) => `${TOPIC_ROOT}/${node}/up/reported`;
export const actionTopic = (node: string, actionId: string) => `${TOPIC_ROOT}/${node}/up/action/${actionId}`;
export const responseTopic = (node: string) => `${TOPIC_ROOT}/${node}/up/rsp`;
export const plainTopic = (node: string, stream: string) => `${TOPIC_ROOT}/${node}/up/plain/${stream}`;
export const ackTopic = (node: string, lane: Lane) => `${TOPIC_ROOT}/${node}/dn/ack/${lane}`;
export const desiredTopic = (node: string) => `${TOPIC_ROOT}/${node}/dn/desired`;
export const commandTopic = (node: string, verb: string) => `${TOPIC_ROOT}/${node}/dn/cmd/${verb}`;

/** What a node subscribes to; nothing else under its name is ever sent. */
export function nodeSubscriptions(node: string): string[] {
  return [`${TOPIC_ROOT}/${node}/dn/ack/+`, desiredTopic(node), commandTopic(node, "+")];
}

/** What every replica of the control plane subscribes to, never with `$share/{group}/` in front (docs/adr/011-ingest-replicas.md). */
export const CONTROL_PLANE_SUBSCRIPTIONS = [`${TOPIC_ROOT}/+/up/#`] as const;

/** A topic a node published on, taken apart. */
export type UpTopic =
  | { kind: "birth" | "state" | "reported" | "rsp"; node: string }
  | { kind: "batch"; node: string; lane: Lane }
  | { kind: "action"; node: string; actionId: string }
  | { kind: "plain"; node: string; stream: string };

const ACTION_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Takes an upward topic apart; `null` when it is none of the contract's, whatever the reason. */
export function parseUpTopic(topic: string): UpTopic | null {
  const [tl, version, node, direction, kind, ...rest] = topic.split("/");
  if (`${tl}/${version}` !== TOPIC_ROOT || direction !== "up" || node === undefined) return null;
  if (!NodeId.safeParse(node).success) return null;

  switch (kind) {
    case "birth":
    case "state":
    case "reported":
    case "rsp":
      return rest.length === 0 ? { kind, node } : null;
    case "batch": {
      const lane = LANES.find((known) => known === rest[0]);
      return lane && rest.length === 1 ? { kind, node, lane } : null;
    }
    case "action": {
      const [actionId] = rest;
      return actionId && rest.length === 1 && ACTION_ID.test(actionId) ? { kind, node, actionId } : null;
    }
    case "plain": {
      const stream = rest.join("/");
      return StreamKey.safeParse(stream).success ? { kind, node, stream } : null;
    }
    default:
      return null;
  }
}

/** A topic sent to a node, taken apart; `null` when it is none of the contract's. */
export type DownTopic =
  | { kind: "ack"; node: string; lane: Lane }
  | { kind: "desired"; node: string }
  | { kind: "cmd"; node: string; verb: string };

export function parseDownTopic(topic: string): DownTopic | null {
  const [tl, version, node, direction, kind, last, ...rest] = topic.split("/");
  if (`${tl}/${version}` !== TOPIC_ROOT || direction !== "dn" || node === undefined || rest.length > 0) return null;
  if (kind === "desired" && last === undefined) return { kind, node };
  if (kind === "cmd" && last) return { kind, node, verb: last };
  if (kind === "ack") {
    const lane = LANES.find((known) => known === last);
    if (lane) return { kind, node, lane };
  }
  return null;
}
