import type { FloorReadings } from "@/bench/floor";

/** What the nodes send: every message carries `streams` × `rows` readings of one node. Seeded by position, so every run is the same. */
export interface Shape {
  nodes: number;
  streams: number;
  rows: number;
  messagesPerNode: number;
}

export const readingsOf = ({ nodes, streams, rows, messagesPerNode }: Shape): number =>
  nodes * streams * rows * messagesPerNode;

const START_MS = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 6 * 3_600_000;
const TICK_MS = 100;

export const nodeName = (node: number): string => `bench-${node}`;

export function valueAt(node: number, stream: number, row: number): number {
  return (
    Math.round(
      (20 + 5 * Math.sin(row / 97 + stream + node) + ((row * 31 + stream * 17 + node * 7) % 1000) / 1000) * 1000,
    ) / 1000
  );
}

export const timeAt = (row: number): number => START_MS + row * TICK_MS;

export function batchOf(shape: Shape, node: number, message: number, epoch: string, boot: string): Buffer {
  const first = message * shape.rows;
  const columns: Record<string, number[]> = {};
  for (let stream = 0; stream < shape.streams; stream++)
    columns[stream] = Array.from({ length: shape.rows }, (_, row) => valueAt(node, stream, first + row));
  return Buffer.from(
    JSON.stringify({
      v: 1,
      node: nodeName(node),
      epoch,
      lane: "telemetry",
      batch: message,
      first,
      count: shape.rows,
      base: timeAt(first),
      watermark: timeAt(first),
      backfill: false,
      clock: { source: "ntp", offsetMs: 0, errorMs: 5, boot, monoMs: first * TICK_MS },
      dt: Array.from({ length: shape.rows }, (_, row) => row * TICK_MS),
      columns,
    }),
  );
}

export function birthOfNode(shape: Shape, node: number, epoch: string, boot: string): Buffer {
  const streams = Array.from({ length: shape.streams }, (_, stream) => ({
    alias: stream,
    key: `d/s${stream}`,
    quantity: "velocity",
    unit: "mm/s",
    type: "number",
  }));
  return Buffer.from(
    JSON.stringify({
      v: 1,
      node: nodeName(node),
      boot,
      epoch,
      sdk: "bench/1",
      clock: { source: "ntp", offsetMs: 0, errorMs: 5 },
      streams,
    }),
  );
}

/** The same readings in the order in which the messages go out, for the floor. */
export function floorReadings(shape: Shape): FloorReadings {
  const count = readingsOf(shape);
  const read = { streamIds: new Int32Array(count), tsMs: new Float64Array(count), values: new Float64Array(count) };
  let at = 0;
  for (let message = 0; message < shape.messagesPerNode; message++) {
    for (let node = 0; node < shape.nodes; node++) {
      for (let stream = 0; stream < shape.streams; stream++) {
        for (let row = message * shape.rows; row < (message + 1) * shape.rows; row++, at++) {
          read.streamIds[at] = node * shape.streams + stream + 1;
          read.tsMs[at] = timeAt(row);
          read.values[at] = valueAt(node, stream, row);
        }
      }
    }
  }
  return read;
}
