import { z } from "zod";
import type { Lane } from "@/sdk/wire/names";
import type { StoredBatch } from "./port";

/** A stored batch and where it lies. */
export interface Entry extends StoredBatch {
  segment: number;
  at: number;
  size: number;
}

const KINDS = ["raw", "rollup", "gap"] as const;

/** One line of a segment's index: batch, first, span, rows, from, to, kind, pinned, boot, encoding, bytes, sent, at, size. */
export const IndexRow = z.tuple([
  z.int(),
  z.int(),
  z.int(),
  z.int(),
  z.number(),
  z.number(),
  z.enum(KINDS),
  z.boolean(),
  z.string(),
  z.enum(["gzip", "br"]).nullable(),
  z.int(),
  z.boolean(),
  z.int(),
  z.int(),
]);

export function indexRow(entry: Entry): z.infer<typeof IndexRow> {
  const { batch, first, span, rows, fromMs, toMs, kind, pinned, boot, encoding, bytes, sent, at, size } = entry;
  return [batch, first, span, rows, fromMs, toMs, kind, pinned, boot, encoding, bytes, sent, at, size];
}

export function entryFromIndex(lane: Lane, segment: number, row: z.infer<typeof IndexRow>): Entry {
  const [batch, first, span, rows, fromMs, toMs, kind, pinned, boot, encoding, bytes, sent, at, size] = row;
  return {
    lane,
    batch,
    first,
    span,
    rows,
    fromMs,
    toMs,
    kind,
    pinned,
    boot: intern(boot),
    encoding,
    bytes,
    sent,
    segment,
    at,
    size,
  };
}

const boots = new Map<string, string>();
/** One copy of each boot name, whatever number of batches carry it. */
function intern(boot: string): string {
  const known = boots.get(boot);
  if (known !== undefined) return known;
  boots.set(boot, boot);
  return boot;
}
