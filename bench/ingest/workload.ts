import type { FloorReadings } from "@/bench/floor";

/** What the nodes send: every message carries `streams` × `rows` readings of one node. Seeded by position, so every run is the same. */
export interface Shape {
  nodes: number;
  streams: number;
  rows: number;
  /** null: as many as there is time for */
  messagesPerNode: number | null;
}

/** A shape with an end: what a round sends. */
export interface RoundShape extends Shape {
  messagesPerNode: number;
}

export const readingsPerMessage = ({ streams, rows }: Shape): number => streams * rows;

export const readingsOf = (shape: RoundShape): number =>
  shape.nodes * shape.messagesPerNode * readingsPerMessage(shape);

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
  return Buffer.from(`{${headOf(shape, node, message, epoch, boot)},${valuesOf(shape, node, message * shape.rows)}}`);
}

/**
 * Batches without end whose values are those of the first one, at times that go on: making them costs little beside sending them.
 * The same number gives the same bytes.
 */
export function batchesWithTheValuesOf(
  shape: Shape,
  node: number,
  epoch: string,
  boot: string,
): (message: number) => Buffer {
  const values = valuesOf(shape, node, 0);
  return (message) => Buffer.from(`{${headOf(shape, node, message, epoch, boot)},${values}}`);
}

/** The members of a batch up to its rows, without braces. */
function headOf({ rows }: Shape, node: number, message: number, epoch: string, boot: string): string {
  const first = message * rows;
  const head = {
    v: 1,
    node: nodeName(node),
    epoch,
    lane: "telemetry",
    batch: message,
    first,
    count: rows,
    base: timeAt(first),
    watermark: timeAt(first),
    backfill: false,
    clock: { source: "ntp", offsetMs: 0, errorMs: 5, boot, monoMs: first * TICK_MS },
  };
  return JSON.stringify(head).slice(1, -1);
}

function valuesOf({ streams, rows }: Shape, node: number, first: number): string {
  const columns: Record<string, number[]> = {};
  for (let stream = 0; stream < streams; stream++)
    columns[stream] = Array.from({ length: rows }, (_, row) => valueAt(node, stream, first + row));
  return JSON.stringify({ dt: Array.from({ length: rows }, (_, row) => row * TICK_MS), columns }).slice(1, -1);
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
export function floorReadings(shape: RoundShape): FloorReadings {
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
