import { reasonWords } from "./reason-words";

/** ● ok, ▲ watch, ■ bad, ○ unknown: the four states of anything that is looked at. */
export type Status = "ok" | "watch" | "bad" | "unknown";

export interface Health {
  status: Status;
  /** One plain sentence fragment; the worst thing first. */
  reason: string;
}

/** What is known about a node; times are epoch ms UTC. */
export interface NodeFacts {
  status: "proposed" | "accepted" | "retired";
  /** Never sent a birth: something simple on the plain on-ramp, which has no connection state to speak of. */
  plain: boolean;
  online: boolean;
  onlineWhy: string | null;
  lastSeenMs: number | null;
  /** When a sealed batch of any lane was last committed. */
  lastBatchMs: number | null;
  bufferBytes: number | null;
  bufferLimitBytes: number | null;
  bufferOldestMs: number | null;
  clockSource: string | null;
  clockOffsetMs: number | null;
  clockErrorMs: number | null;
  /** When a reading of a plain node was last stored; null for others. */
  plainStoredMs: number | null;
  /** The newest message of a plain node that was not stored but kept: when, and why. */
  plainHeld: { atMs: number; reason: string } | null;
  /** Rows that the node had to drop in the last 24 h, from its gap records. */
  lostRows24h: number;
}

/** A node that sent nothing for this long is stale, although its connection may still be open. */
export const STALE_AFTER_MS = 60_000;
const BACKLOG_AFTER_MS = 5 * 60_000;
const CLOCK_WATCH_MS = 1_000;
const BUFFER_WATCH = 0.8;
const BUFFER_BAD = 0.95;

/** Messages kept for these reasons wait for a person's decision; nothing is wrong with them. */
const WAITING_REASONS: ReadonlySet<string> = new Set(["PROPOSED", "RETIRED"]);

const ORDER: Readonly<Record<Status, number>> = { bad: 0, watch: 1, unknown: 2, ok: 3 };

/** Sorts the worst first: bad, watch, unknown, ok. */
export function compareStatus(a: Status, b: Status): number {
  return ORDER[a] - ORDER[b];
}

/** Position of a status in a list that shows the worst first, 0…3. */
export function statusRank(status: Status): number {
  return ORDER[status];
}

/**
 * Health of a node, from what it told us and from what it did not. Nothing heard yet is unknown, never ok. The first rule that
 * holds decides: proposed, retired, never heard, offline, full buffer, silent, backlog, lost data, clock.
 */
export function nodeHealth(node: NodeFacts, nowMs: number): Health {
  if (node.status === "retired") return { status: "unknown", reason: "retired" };
  if (node.lastSeenMs === null) return { status: "unknown", reason: "never connected" };
  if (node.status === "proposed") return { status: "unknown", reason: "waiting to be accepted" };
  if (node.plain) return plainHealth(node, nowMs - node.lastSeenMs, nowMs);
  if (!node.online)
    return {
      status: "bad",
      reason: `offline for ${formatAge(nowMs - node.lastSeenMs)}${node.onlineWhy ? `, ${node.onlineWhy}` : ""}`,
    };

  const fill = node.bufferBytes !== null && node.bufferLimitBytes ? node.bufferBytes / node.bufferLimitBytes : null;
  if (fill !== null && fill >= BUFFER_BAD)
    return { status: "bad", reason: `buffer ${Math.round(fill * 100)} % full, data is about to be dropped` };
  if (node.lastBatchMs === null) return { status: "unknown", reason: "connected, no data yet" };
  if (nowMs - node.lastBatchMs > STALE_AFTER_MS)
    return { status: "watch", reason: `connected, no data for ${formatAge(nowMs - node.lastBatchMs)}` };
  if (fill !== null && fill >= BUFFER_WATCH)
    return { status: "watch", reason: `buffer ${Math.round(fill * 100)} % full` };
  if (node.bufferOldestMs !== null && nowMs - node.bufferOldestMs > BACKLOG_AFTER_MS)
    return { status: "watch", reason: `sending a backlog of ${formatAge(nowMs - node.bufferOldestMs)}` };
  if (node.lostRows24h > 0) return { status: "watch", reason: `${formatCount(node.lostRows24h)} rows lost in 24 h` };
  if (node.clockSource === "none") return { status: "watch", reason: "clock not synchronised" };
  if (node.clockOffsetMs !== null && Math.abs(node.clockOffsetMs) > CLOCK_WATCH_MS)
    return { status: "watch", reason: `clock ${formatOffset(node.clockOffsetMs)} off` };
  return { status: "ok", reason: "sending" };
}

/** A plain node is heard with every message, stored or not: what became of the messages says how it is. */
function plainHealth({ plainStoredMs, plainHeld }: NodeFacts, silentMs: number, nowMs: number): Health {
  if (silentMs > STALE_AFTER_MS) return { status: "watch", reason: `plain device, silent for ${formatAge(silentMs)}` };
  const isStoring = plainStoredMs !== null && nowMs - plainStoredMs <= STALE_AFTER_MS;
  const isHolding = plainHeld !== null && nowMs - plainHeld.atMs <= STALE_AFTER_MS;
  if (isHolding && !isStoring)
    return WAITING_REASONS.has(plainHeld.reason)
      ? { status: "unknown", reason: "sending, its streams wait to be accepted" }
      : { status: "bad", reason: `sending, but every message is refused: ${reasonWords(plainHeld.reason)}` };
  if (isHolding && !WAITING_REASONS.has(plainHeld.reason))
    return { status: "watch", reason: `sending, but some messages are refused: ${reasonWords(plainHeld.reason)}` };
  return isStoring
    ? { status: "ok", reason: "sending, without durable ack" }
    : { status: "unknown", reason: "sending, nothing stored yet" };
}

/** Whether a stream's newest value is current: older than three of its periods, and than 15 s, is stale. */
export function isStale(lastMs: number | null, rateHz: number | null, nowMs: number): boolean {
  if (lastMs === null) return true;
  const periodMs = rateHz === null ? 20_000 : 1_000 / rateHz;
  return nowMs - lastMs > Math.max(15_000, 3 * periodMs);
}

export interface StreamFacts {
  status: "proposed" | "accepted" | "retired";
  nodeOnline: boolean;
  lastMs: number | null;
  rateHz: number | null;
  value: number | null;
  /** Word of the wire contract; `good` unless the device said otherwise. */
  quality: string;
  limitLow: number | null;
  limitHigh: number | null;
}

/** Health of one stream: is it current, believable, inside its limits? */
export function streamHealth(stream: StreamFacts, nowMs: number): Health {
  if (stream.status === "proposed") return { status: "unknown", reason: "waiting to be accepted" };
  if (stream.status === "retired") return { status: "unknown", reason: "retired" };
  if (stream.lastMs === null) return { status: "unknown", reason: "no reading yet" };
  if (isStale(stream.lastMs, stream.rateHz, nowMs)) {
    const age = formatAge(nowMs - stream.lastMs);
    return stream.nodeOnline
      ? { status: "watch", reason: `no reading for ${age}` }
      : { status: "bad", reason: `node offline, last reading ${age} ago` };
  }
  if (stream.quality !== "good")
    return {
      status: stream.quality === "uncertain" ? "watch" : "bad",
      reason: `the device marks it ${stream.quality}`,
    };
  if (stream.value !== null && stream.limitHigh !== null && stream.value > stream.limitHigh)
    return { status: "bad", reason: `above ${formatNumber(stream.limitHigh)}` };
  if (stream.value !== null && stream.limitLow !== null && stream.value < stream.limitLow)
    return { status: "bad", reason: `below ${formatNumber(stream.limitLow)}` };
  if (stream.limitLow !== null && stream.limitHigh !== null)
    return { status: "ok", reason: `inside ${formatNumber(stream.limitLow)} to ${formatNumber(stream.limitHigh)}` };
  if (stream.limitHigh !== null) return { status: "ok", reason: `under ${formatNumber(stream.limitHigh)}` };
  if (stream.limitLow !== null) return { status: "ok", reason: `over ${formatNumber(stream.limitLow)}` };
  return { status: "ok", reason: "current, no limit set" };
}

/** `0.4 s`, `12 s`, `5 min`, `3 h`, `2 d`; whole units, rounded down, because an age must not look older than it is. */
export function formatAge(ms: number): string {
  const age = Math.max(0, ms);
  if (age < 9_950) return `${(Math.floor(age / 100) / 10).toFixed(1)} s`;
  if (age < 120_000) return `${Math.floor(age / 1_000)} s`;
  if (age < 7_200_000) return `${Math.floor(age / 60_000)} min`;
  if (age < 172_800_000) return `${Math.floor(age / 3_600_000)} h`;
  return `${Math.floor(age / 86_400_000)} d`;
}

/** `−12 ms`, `+1.4 s`; the sign says which way the clock is off. */
export function formatOffset(ms: number): string {
  const sign = ms < 0 ? "−" : ms > 0 ? "+" : "";
  const size = Math.abs(ms);
  if (size >= 10_000) return `${sign}${formatAge(size)}`;
  return size >= 1_000
    ? `${sign}${(size / 1_000).toFixed(1)} s`
    : `${sign}${size < 10 ? formatNumber(size) : Math.round(size)} ms`;
}

/** `208,520` */
export function formatCount(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

/** Three or four significant digits, a real minus sign, no trailing zeros: `2.38`, `−18.2`, `1,240`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "no value";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e9)) return value.toExponential(2).replace("-", "−");
  const digits = size >= 1_000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits }).replace("-", "−");
}

/** `1.0 MB`, `512 MB`; powers of 1,024 under the names people use. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1_024 && unit < units.length - 1) {
    size /= 1_024;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit] ?? "B"}`;
}
