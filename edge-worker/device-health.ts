import { Counter, Gauge, type Registry } from "prom-client";
import type { DeviceStats } from "@/sdk/device/stats";
import type { Part } from "./health";

/** From this share of its limit on, the buffer is said to be filling up; at the limit it gives up the oldest readings. */
const FILLING = 0.8;
const MB = 1_048_576;

/**
 * Connection and buffer as parts of a node's health. Without a connection the node is degraded, not failing: it measures and
 * keeps. It is failing when it stays offline until somebody acts (another client has its id), and when the disk refuses rows.
 */
export function deviceParts(stats: DeviceStats): Part[] {
  return [
    { name: "control plane", ...connection(stats) },
    { name: "buffer", ...buffer(stats) },
  ];
}

function connection({ state, heldBy, failedConnects, connectTrouble }: DeviceStats): Omit<Part, "name"> {
  if (state === "taken-over")
    return {
      status: "failing",
      detail: "another client has connected with this node's id; offline until this one is restarted",
    };
  if (state !== "online") {
    const tried = failedConnects > 0 ? ` after ${failedConnects} failed attempt(s)` : "";
    return { status: "degraded", detail: `no connection${tried}: ${connectTrouble ?? "connecting"}` };
  }
  if (heldBy === "nobody-listens")
    return { status: "degraded", detail: "connected, but nothing takes in what is sent; it is kept and tried again" };
  if (heldBy) return { status: "degraded", detail: `connected, but sending is held back: ${heldBy}` };
  return { status: "ok" };
}

function buffer({ bufferBytes, bufferLimitBytes, fault }: DeviceStats): Omit<Part, "name"> {
  if (fault) return { status: "failing", detail: fault };
  if (bufferBytes < FILLING * bufferLimitBytes) return { status: "ok" };
  const share = Math.round((bufferBytes / bufferLimitBytes) * 100);
  return {
    status: "degraded",
    detail: `${share} % of ${Math.round(bufferLimitBytes / MB)} MB are taken; when it is full the oldest readings are thinned out, then given up`,
  };
}

/** Registers the figures of the device; each is read when Prometheus asks. */
export function watchDevice(registry: Registry, stats: () => DeviceStats): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: (now: DeviceStats) => number): Gauge =>
    new Gauge({
      name: `throughline_edge_${name}`,
      help,
      registers,
      collect() {
        this.set(read(stats()));
      },
    });
  const counter = (name: string, help: string, read: (now: DeviceStats) => number): Counter =>
    new Counter({
      name: `throughline_edge_${name}`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read(stats()));
      },
    });
  gauge("connected", "1 while the node has a working connection to its broker", ({ state }) =>
    Number(state === "online"),
  );
  gauge("failed_connects", "Attempts in a row that did not lead to a connection", (now) => now.failedConnects);
  gauge("buffer_bytes", "Disk that the durable buffer takes", (now) => now.bufferBytes);
  gauge("buffer_limit_bytes", "Disk that the durable buffer may take", (now) => now.bufferLimitBytes);
  gauge("buffer_oldest_age_seconds", "Age of the oldest batch that is not acknowledged; 0 when there is none", (now) =>
    now.oldestMs === null ? 0 : Math.max(0, (Date.now() - now.oldestMs) / 1_000),
  );
  gauge("batches_under_way", "Batches sent and not yet acknowledged", (now) => now.underWay);
  counter("connects_total", "Connections made since the start", (now) => now.connects);
  counter("batches_sent_total", "Batches sent, again or for the first time", (now) => now.sentBatches);
  counter("batches_resent_total", "Batches sent again", (now) => now.resentBatches);
  counter("batches_acked_total", "Batches that the control plane has committed", (now) => now.ackedBatches);
  counter("batches_rejected_total", "Batches that the control plane has refused", (now) => now.rejectedBatches);
  counter("rows_evicted_total", "Rows given up for want of disk; each is told as a gap", (now) => now.evictedRows);
}
