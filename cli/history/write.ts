import { arch } from "node:os";
import { join } from "node:path";
import { decodeTime } from "ulid";
import { CliError } from "@/cli/command";
import { Births } from "@/sdk/device/births";
import { newUlid, openFileBuffer } from "@/sdk/device/buffer/file-buffer";
import type { BufferStore } from "@/sdk/device/buffer/port";
import { DeviceError } from "@/sdk/device/errors";
import { eventRow, inferenceRow, isPinnedRow, telemetryRow } from "@/sdk/device/rows";
import type { SealableRow } from "@/sdk/device/seal";
import { DEFAULT_SEAL, Sealer } from "@/sdk/device/sealer";
import { Birth, type StreamSpec } from "@/sdk/wire/birth";
import type { Lane } from "@/sdk/wire/names";
import { type HistoryNote, bufferOf, isWritten, keepNote, readNote } from "./note";
import { type PastReadings, simulatePast } from "./past";
import { DEMO_NODES, type HistoryPlan, STEP_MS, isKept, storiesOf } from "./plan";
import { type PastModels, findPast } from "./score";

export interface WriteOptions {
  dataDir: string;
  node: string;
  seed: number;
  days: number;
  /** epoch ms; when the history ends. Absent = when the node's buffer was made, or now when that is later */
  endMs?: number;
  models: PastModels;
  now?: () => number;
}

/** Rows that are logged and sealed at a time. */
const ROWS_AT_ONCE = 500;
/** Rows of one batch lie closer together than ingest lets them be apart: events of a past may be weeks from each other. */
const BATCH_SPAN_MS = 30 * 86_400_000;
/** The past was captured by a clock that was right. */
const CLOCK = { source: "ntp", offsetMs: 0, errorMs: 1 } as const;
const PAST_LANES = ["telemetry", "inference", "events"] as const;
type PastLane = (typeof PAST_LANES)[number];

/**
 * Puts a node's past into its own buffer, as if it had been without a connection all that time: rows in the log, sealed
 * batches marked `backfill`, under a boot of their own. The node's worker sends them when it starts, beside what it measures
 * then, through broker and ingest like any backlog. The worker must not run meanwhile: a buffer has one owner.
 *
 * The past is the same each time it is computed, and the buffer's log says how many of its rows are in it. So after a kill the
 * rest is written, and a history that is there is left alone.
 *
 * @throws {CliError} when the node's worker runs, or when its buffer is not the one that was begun with
 */
export async function writeHistory(options: WriteOptions): Promise<HistoryNote> {
  const { dataDir, node, models, now = Date.now } = options;
  const plant = DEMO_NODES[node];
  if (!plant) throw new CliError(`The demo has no node ${node}.`, `Name one of ${Object.keys(DEMO_NODES).join(", ")}.`);
  const before = readNote(dataDir, node);
  if (before && isWritten(before)) return before;
  const startedMs = performance.now();
  const boot = before?.boot ?? newUlid();
  const buffer = await openBuffer(bufferOf(dataDir, node), boot, node);
  try {
    const note = before ?? begin(options, buffer, boot, now());
    keepNote(dataDir, note);
    if (note.epoch !== buffer.epoch)
      throw new CliError(
        `The buffer of ${node} is a new one; its history was begun in another.`,
        `Delete ${join(dataDir, "demo", "history", `${node}.json`)} to begin again.`,
      );
    const plan: HistoryPlan = { seed: note.seed, days: note.days, endMs: note.endMs };
    const past = simulatePast(plan, plant);
    const findings = await findPast(plan, node, plant, past, models);
    const streams = streamsOf(past);
    await (await Births.open(bufferOf(dataDir, node))).keep(birthOf(note, streams));
    const stories = storiesOf(plan).filter((story) => story.node === node);
    const events = [...past.events, ...findings.events].sort((a, b) => a.tsMs - b.tsMs);
    const rowsOf: Readonly<Record<PastLane, () => Iterable<SealableRow>>> = {
      telemetry: () => telemetryRows(past, streams, (tsMs) => isKept(plan, stories, tsMs)),
      inference: () => mapped(findings.inference, inferenceRow),
      events: () => mapped(events, (row) => eventRow(row, true)),
    };
    const written = { ...note.lanes };
    for (const lane of PAST_LANES) {
      const rows = await fill(buffer, { node, lane, boot, start: note.lanes[lane].row }, rowsOf[lane]());
      written[lane] = { ...note.lanes[lane], rows, batches: buffer.lane(lane).nextBatch - note.lanes[lane].batch };
    }
    const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
    const done = { ...note, lanes: written, readings: written.telemetry.rows, seconds };
    await buffer.sync();
    keepNote(dataDir, done);
    return done;
  } finally {
    await buffer.close();
  }
}

async function openBuffer(dataDir: string, boot: string, node: string): Promise<BufferStore> {
  try {
    return await openFileBuffer({
      dataDir,
      origin: () => ({ boot, clock: CLOCK }),
      monoMs: () => performance.now(),
    });
  } catch (cause) {
    if (cause instanceof DeviceError && cause.code === "ALREADY_RUNNING")
      throw new CliError(
        `${node} runs, and its buffer has one owner at a time.`,
        'Stop the demo first ("throughline stop"); the history goes out at its next start.',
        1,
        { cause },
      );
    throw cause;
  }
}

/** A live reading is never before the buffer it stands in: so the history ends where the buffer begins. */
function begin(
  { node, seed, days, endMs }: WriteOptions,
  buffer: BufferStore,
  boot: string,
  nowMs: number,
): HistoryNote {
  const end = endMs ?? Math.min(nowMs, decodeTime(buffer.epoch));
  const lane = (name: Lane) => {
    const { nextRow, nextBatch } = buffer.lane(name);
    return { row: nextRow, batch: nextBatch, rows: null, batches: null };
  };
  return {
    v: 1,
    node,
    seed,
    days,
    endMs: Math.floor(end / STEP_MS) * STEP_MS,
    epoch: buffer.epoch,
    boot,
    lanes: { telemetry: lane("telemetry"), inference: lane("inference"), events: lane("events") },
    readings: null,
    seconds: null,
  };
}

/** Logs and seals the rows that the buffer does not have yet. @returns how many there are in all */
async function fill(
  buffer: BufferStore,
  { node, lane, boot, start }: { node: string; lane: PastLane; boot: string; start: number },
  rows: Iterable<SealableRow>,
): Promise<number> {
  let trouble: unknown = null;
  const sealer = new Sealer({
    node,
    store: buffer,
    policy: DEFAULT_SEAL,
    boot,
    clock: () => CLOCK,
    monoMs: () => performance.now(),
    isOffline: () => true,
    isPinned: isPinnedRow,
    sealed: () => undefined,
    failed: (cause) => {
      trouble = cause;
    },
  });
  const there = buffer.lane(lane).nextRow - start;
  let seen = 0;
  let chunk: SealableRow[] = [];
  const put = async (): Promise<void> => {
    if (chunk.length > 0) await buffer.append(lane, chunk, { durable: false });
    chunk = [];
    await sealer.flush();
    if (trouble !== null) throw trouble;
  };
  for (const row of rows) {
    seen += 1;
    if (seen <= there) continue;
    if (chunk[0] && row.tsMs - chunk[0].tsMs > BATCH_SPAN_MS) await put();
    chunk.push(row);
    if (chunk.length >= ROWS_AT_ONCE) await put();
  }
  await put();
  await sealer.stop();
  return seen;
}

function streamsOf({ streams }: PastReadings): StreamSpec[] {
  return streams.map(({ key, quantity, unit, type, device, limits }, index) => ({
    alias: index + 1,
    key,
    quantity,
    unit,
    type,
    device,
    ...(limits ? { limits } : {}),
  }));
}

/** The birth of the past's boot. It promises no rate: the history is thinner than what the live worker sends. */
function birthOf(note: HistoryNote, streams: readonly StreamSpec[]): Birth {
  return Birth.parse({
    v: 1,
    node: note.node,
    boot: note.boot,
    epoch: note.epoch,
    sdk: "throughline-ts/1.0.0",
    agent: "throughline-seed/1.0.0",
    labels: {},
    arch: arch(),
    capabilities: [],
    clock: CLOCK,
    streams,
    slots: [],
  });
}

function* telemetryRows(
  past: PastReadings,
  streams: readonly StreamSpec[],
  isWanted: (tsMs: number) => boolean,
): Generator<SealableRow> {
  const byKey = new Map(streams.map((stream) => [stream.key, stream]));
  for (const [row, tsMs] of past.tsMs.entries()) {
    if (!isWanted(tsMs)) continue;
    const values: Record<string, number | null> = {};
    past.streams.forEach(({ key }, index) => {
      const value = past.values[index]?.[row] ?? Number.NaN;
      values[key] = Number.isNaN(value) ? null : value;
    });
    yield telemetryRow({ tsMs, values }, byKey, true);
  }
}

function* mapped<Row>(rows: Iterable<Row>, as: (row: Row) => SealableRow): Generator<SealableRow> {
  for (const row of rows) yield as(row);
}
