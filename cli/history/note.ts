import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { CliError } from "@/cli/command";
import type { DemoHistory, DemoStory } from "@/server/demo/schema";
import { DEMO_NODES, fromOf, storiesOf } from "./plan";

const Lane = z.object({
  /** rows and batches of the lane before the history */
  row: z.int(),
  batch: z.int(),
  /** rows and batches of the history; null until it is written */
  rows: z.int().nullable(),
  batches: z.int().nullable(),
});

/** What was planned for a node's buffer and how far it came; lies beside the data so that a kill changes nothing. */
const HistoryNote = z.object({
  v: z.literal(1),
  node: z.string(),
  seed: z.int(),
  days: z.number(),
  endMs: z.number(),
  epoch: z.string(),
  boot: z.string(),
  lanes: z.object({ telemetry: Lane, inference: Lane, events: Lane }),
  /** stored readings of one stream; the same for all, null until it is written */
  readings: z.int().nullable(),
  seconds: z.number().nullable(),
});
export type HistoryNote = z.infer<typeof HistoryNote>;

export const isWritten = (note: HistoryNote): boolean => note.readings !== null;

const pathOf = (dataDir: string, node: string) => join(dataDir, "demo", "history", `${node}.json`);

/** Where the worker or device of a demo node keeps its buffer. */
export function bufferOf(dataDir: string, node: string): string {
  return DEMO_NODES[node] === "cold-store" ? join(dataDir, "simulate", node) : join(dataDir, "edge", node, "buffer");
}

/** @throws {CliError} when the note is there and cannot be read */
export function readNote(dataDir: string, node: string): HistoryNote | null {
  const path = pathOf(dataDir, node);
  if (!existsSync(path)) return null;
  const parsed = HistoryNote.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new CliError(
    `${path} is not a note of a demo's history.`,
    "Delete the file; the history that was sent stays, and nothing more is written for this node.",
  );
}

/** Whole or not at all, and on the disk when it returns. */
export function keepNote(dataDir: string, note: HistoryNote): void {
  const path = pathOf(dataDir, note.node);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

/** What the control plane is told of the pasts that are written: the stories of nodes that have one. */
export function toldOf(notes: readonly (HistoryNote | null)[]): { histories: DemoHistory[]; stories: DemoStory[] } {
  const written = notes.filter((note) => note !== null).filter(isWritten);
  const lane = ({ row, batch, rows, batches }: HistoryNote["lanes"]["events"]) => ({
    row,
    batch,
    rows: rows ?? 0,
    batches: batches ?? 0,
  });
  return {
    histories: written.map((note) => ({
      node: note.node,
      seed: note.seed,
      fromMs: fromOf(note),
      toMs: note.endMs,
      epoch: note.epoch,
      lanes: {
        telemetry: lane(note.lanes.telemetry),
        inference: lane(note.lanes.inference),
        events: lane(note.lanes.events),
      },
    })),
    stories: written.flatMap((note) => storiesOf(note).filter(({ node }) => node === note.node)),
  };
}
