import type { Lane } from "./lane";
import type { RawNode } from "./raw-node";

/** A lane whose ack stays away for this long sends again, ms. */
const RESEND_MS = 3_000;
/** How far beyond its durable ack a flooding node goes before it begins again: ten windows. */
const FLOOD_AHEAD = 160;
/** Packets that a node may have without PUBACK. The brokers' own limit, beyond which MQTT 5 lets them end the connection, is 200. */
const MAX_IN_FLIGHT = 100;
/** Bytes that may wait in a node's socket, beyond which it is the broker that sets the pace. */
const MAX_SOCKET_BYTES = 256 * 1024;

export interface RunFigures {
  /** from the first send to the last durable ack, ms */
  ms: number;
  /** from the first send to the last batch's first send, ms */
  sendingMs: number;
  batches: number;
  resent: number;
  p50: number;
  p99: number;
  max: number;
  /** how late the sends themselves were, ms; part of the figures above */
  lateP99: number;
}

export interface FloodFigures {
  /** messages that the broker took (PUBACK) while it lasted */
  taken: number;
  /** messages that the broker refused */
  refused: number;
  ms: number;
}

/** All batches of all lanes, each lane keeping 16 under way, until the last has its durable ack. */
export async function runWindow(lanes: readonly Lane[], acks: AckSignal): Promise<RunFigures> {
  const startMs = performance.now();
  for (const lane of lanes) lane.fill();
  await untilAcked(lanes, acks, (lane) => lane.fill());
  return figures(lanes, startMs, startMs);
}

/** All batches at an even pace over all lanes, whatever comes back: batch k is due at k / pace and counts from there. */
export async function runPaced(lanes: readonly Lane[], acks: AckSignal, batchesPerS: number): Promise<RunFigures> {
  const startMs = performance.now();
  const count = lanes.reduce((sum, { total }) => sum + total, 0);
  let lastMs = startMs;
  let sent = 0;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (; sent < count; sent++) {
      const dueMs = startMs + (sent / batchesPerS) * 1_000;
      if (dueMs > nowMs) return;
      lanes[sent % lanes.length]?.send(dueMs);
      lastMs = performance.now();
    }
    clearInterval(timer);
  }, 1);
  await untilAcked(lanes, acks, () => undefined);
  return figures(lanes, startMs, lastMs);
}

/**
 * Batches at a pace that ingest cannot follow, for a time, by nodes that heed neither window nor credit: each goes ten windows
 * beyond its last durable ack and begins again there. What the pace demands while every socket is full is not made up later.
 */
export async function runFlood(
  nodes: readonly RawNode[],
  lanes: readonly Lane[],
  { batchesPerS, seconds }: { batchesPerS: number; seconds: number },
): Promise<FloodFigures> {
  const before = sum(nodes.map(({ taken }) => taken));
  const refusedBefore = sum(nodes.map(({ refused }) => refused));
  const startMs = performance.now();
  let due = 0;
  let turn = 0;
  const timer = setInterval(() => {
    const wanted = Math.floor(((performance.now() - startMs) / 1_000) * batchesPerS);
    let open = wanted - due;
    due = wanted;
    for (let full = 0; open > 0 && full < nodes.length; turn++) {
      const node = nodes[turn % nodes.length];
      const lane = lanes[turn % nodes.length];
      if (!node || !lane || node.inFlight >= MAX_IN_FLIGHT || node.queuedBytes > MAX_SOCKET_BYTES) {
        full += 1;
        continue;
      }
      full = 0;
      if (lane.next >= lane.acked + FLOOD_AHEAD) lane.next = lane.acked;
      lane.send();
      open -= 1;
    }
  }, 2);
  await new Promise((over) => setTimeout(over, seconds * 1_000));
  clearInterval(timer);
  return {
    taken: sum(nodes.map(({ taken }) => taken)) - before,
    refused: sum(nodes.map(({ refused }) => refused)) - refusedBefore,
    ms: performance.now() - startMs,
  };
}

/** After a flood: whatever was sent at all is sent, within window and credit, until it has its durable ack. @returns batches */
export async function drain(lanes: readonly Lane[], acks: AckSignal): Promise<{ batches: number }> {
  const wanted = new Map(lanes.map((lane) => [lane, lane.reached]));
  const fill = (lane: Lane): void => lane.fill(wanted.get(lane));
  for (const lane of lanes) lane.next = lane.acked;
  lanes.forEach(fill);
  await untilAcked(lanes, acks, fill, (lane) => wanted.get(lane) ?? 0);
  return { batches: sum(lanes.map((lane) => lane.acked)) };
}

/** Who is told that an ack came in; one run at a time. */
export interface AckSignal {
  onAcked: (lane: Lane) => void;
}

async function untilAcked(
  lanes: readonly Lane[],
  signal: AckSignal,
  next: (lane: Lane) => void,
  wanted: (lane: Lane) => number = (lane) => lane.total,
): Promise<void> {
  const isOver = () => lanes.every((lane) => lane.acked >= wanted(lane));
  if (isOver()) return;
  const again = setInterval(() => lanes.forEach((lane) => lane.resendAfter(RESEND_MS)), 500);
  await new Promise<void>((over) => {
    signal.onAcked = (lane) => {
      next(lane);
      if (isOver()) over();
    };
  });
  clearInterval(again);
  signal.onAcked = () => undefined;
}

function figures(lanes: readonly Lane[], startMs: number, lastSentMs: number): RunFigures {
  const latencies = lanes.flatMap(({ latenciesMs }) => latenciesMs).sort((a, b) => a - b);
  const lateness = lanes.flatMap(({ latenessMs }) => latenessMs).sort((a, b) => a - b);
  return {
    ms: performance.now() - startMs,
    sendingMs: lastSentMs - startMs,
    batches: latencies.length,
    resent: sum(lanes.map(({ resent }) => resent)),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    max: latencies.at(-1) ?? Number.NaN,
    lateP99: quantile(lateness, 0.99),
  };
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
