import { once } from "node:events";
import { createGzip, type Gzip } from "node:zlib";
import { z } from "zod";
import { contextFor } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { findOwner } from "@/server/identity/owner-queries";
import { countSlices, ExportReadings, ExportResult, slicesOf } from "../domain/run";
import type { Attempt, RunParts, Work } from "../runs";

/** A part is put into the object store when it has this much; what is held at a time is about that. */
const PART_BYTES = 8 * 1024 * 1024;
/** At the end of a day of readings a smaller one is put too, so that little is done twice. */
const CHECKPOINT_BYTES = 1024 * 1024;
const CHECKPOINT_EVERY_MS = 5_000;
const HEADER = Buffer.from("stream_id,ts,value,quality\n");

const Checkpoint = ExportResult.pick({ parts: true, readings: true }).extend({ next: z.int() });

/**
 * Readings of some streams as one CSV file, compressed, in the object store. It is read with the reach that its owner has now, not the one
 * they had when they asked. The file is a row of gzip members; each is an object, so that memory stays flat and a later attempt goes on
 * behind the last one.
 */
export const exportReadings: Work = async (attempt, parts) => {
  const input = ExportReadings.parse(attempt.input);
  const ctx = await ownerContext(attempt, parts);
  const { rows } = await ctx.sql.query("select 1 from streams where id = any ($1)", [input.streamIds]);
  if (rows.length < input.streamIds.length)
    throw new DomainError("not_found", "One of these streams is no longer there, or no longer yours to see.");
  const before = Checkpoint.safeParse(attempt.checkpoint);
  const from = before.success ? before.data : { parts: [], readings: 0, next: 0 };
  const total = countSlices(input);
  const file = new PartFile(parts, from);
  if (from.next > 0) await attempt.say(`${from.next} of ${total} days of readings are kept already.`);
  else await file.write(HEADER);

  let i = 0;
  let checkpointMs = Date.now();
  for (const slice of slicesOf(input)) {
    if (i++ < from.next) continue;
    const query = { streamIds: [slice.streamId], fromMs: slice.fromMs, toMs: slice.toMs };
    let header = true;
    for await (const chunk of ctx.stream((tx) => parts.store.exportRange(tx, query))) {
      const body: Buffer = header ? chunk.subarray(chunk.indexOf(10) + 1) : chunk;
      header = false;
      await file.write(body);
      attempt.check();
    }
    const due = file.held >= CHECKPOINT_BYTES || Date.now() - checkpointMs >= CHECKPOINT_EVERY_MS || i === total;
    if (due) await file.close();
    await attempt.progress({
      done: i,
      total,
      counted: "days of readings",
      ...(due ? { checkpoint: { next: i, parts: file.parts, readings: file.readings } } : {}),
    });
    if (due) checkpointMs = Date.now();
  }
  const bytes = file.parts.reduce((sum, part) => sum + part.bytes, 0);
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10).replaceAll("-", "");
  const name = `readings_${input.streamIds.length === 1 ? (input.streamIds[0] ?? 0) : `${input.streamIds.length}_streams`}_${day(input.fromMs)}_${day(input.toMs)}.csv.gz`;
  const result: ExportResult = { parts: file.parts, bytes, readings: file.readings, name };
  const readings = new Intl.NumberFormat("en-GB").format(file.readings);
  return { result, says: `${readings} readings in ${(bytes / 1e6).toFixed(2)} MB.` };
};

async function ownerContext({ ownerId }: Attempt, { pool }: RunParts) {
  const owner = await findOwner(pool, ownerId);
  if (owner === null)
    throw new DomainError("forbidden", "Whoever asked for this was disabled or removed, so nothing was read.");
  return contextFor(pool, owner, "stream.export");
}

/** Gzip members that become objects one after the other. */
class PartFile {
  readonly parts: ExportResult["parts"];
  readings: number;
  held = 0;
  private gzip: Gzip | null = null;
  private chunks: Buffer[] = [];

  constructor(
    private readonly given: RunParts,
    from: { parts: ExportResult["parts"]; readings: number },
  ) {
    this.parts = [...from.parts];
    this.readings = from.readings;
    if (from.parts.length === 0) this.readings = -1; // the header is a line too
  }

  async write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) this.readings++;
    const gzip = this.open();
    if (!gzip.write(bytes)) await once(gzip, "drain");
    if (this.held >= PART_BYTES) await this.close();
  }

  /** Ends the member under way, if there is one, and keeps it. */
  async close(): Promise<void> {
    const { gzip } = this;
    if (gzip === null) return;
    gzip.end();
    await once(gzip, "end");
    const bytes = Buffer.concat(this.chunks);
    this.gzip = null;
    this.chunks = [];
    this.held = 0;
    this.parts.push({ digest: await this.given.objects().put(bytes), bytes: bytes.length });
  }

  private open(): Gzip {
    if (this.gzip) return this.gzip;
    const gzip = createGzip({ level: 6 });
    gzip.on("data", (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.held += chunk.length;
    });
    this.gzip = gzip;
    return gzip;
  }
}
