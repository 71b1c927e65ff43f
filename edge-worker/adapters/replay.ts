import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "csv-parse";
import { z } from "zod";
import { StreamKey } from "@/sdk/wire/names";
import type { Adapter, AdapterItem } from "../samples";
import { type CsvDialect, detectDialect, parseCell, parseTime } from "./csv";

/** Plays a recording back as if it were measured now. */
export const ReplayConfig = z.strictObject({
  kind: z.literal("replay"),
  file: z.string().min(1),
  /** header name → stream key */
  columns: z
    .record(z.string(), StreamKey)
    .refine((columns) => Object.keys(columns).length > 0, "name at least one column"),
  /** header name → kind of truth event; a column of 0 and 1 becomes an event at each change */
  labels: z.record(z.string(), z.string().min(1).max(40)).default({}),
  delimiter: z.string().length(1).optional(),
  timeColumns: z.array(z.string()).max(2).optional(),
  /** numbers that mean "no value" */
  missing: z.array(z.number()).default([]),
  /** between rows, for recordings without a time column */
  stepMs: z.number().positive().default(1_000),
  /** 1 = as recorded, 60 = sixty times faster, max = as fast as it can be stored */
  speed: z.union([z.number().positive(), z.literal("max")]).default(1),
  /** start again at the end; only with time: now */
  loop: z.boolean().default(false),
  /** now = capture times are moved to the present; capture = as recorded */
  time: z.enum(["now", "capture"]).default("now"),
});
export type ReplayConfig = z.infer<typeof ReplayConfig>;

interface Row {
  captureMs: number;
  item: AdapterItem;
}

/**
 * `time: now` moves the recording and keeps its spacing, so that windows hold what they held: its last row is at the present
 * when that row is played. Only a loop faster or slower than it was recorded divides the spacing by `speed`, for it would
 * leave the present behind. A row whose time cannot be read is skipped and counted in `trouble()`.
 */
export function replayAdapter(config: ReplayConfig, { now = Date.now }: { now?: () => number } = {}): Adapter {
  let trouble: string | null = null;
  let skipped = 0;

  async function* rows(dialect: CsvDialect, signal: AbortSignal): AsyncGenerator<Row> {
    const parser = parse({
      delimiter: dialect.delimiter,
      columns: true,
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    });
    // an error of the file ends the parser with that error, and the loop below throws it
    pipeline(createReadStream(config.file), parser, () => undefined);
    const labels = new Map<string, boolean>();
    let index = 0;
    for await (const record of parser) {
      if (signal.aborted) return;
      const cells = z.record(z.string(), z.string()).parse(record);
      const captureMs =
        dialect.timeColumns.length === 0
          ? index * config.stepMs
          : parseTime(dialect.timeColumns.map((name) => cells[name] ?? "").join(" "));
      index += 1;
      if (captureMs === null) {
        skipped += 1;
        trouble = `${config.file}: ${skipped} row(s) without a readable time, the last at row ${index}`;
        continue;
      }
      for (const [column, kind] of Object.entries(config.labels)) {
        const isOn = (parseCell(cells[column], dialect.delimiter, []) ?? 0) !== 0;
        if (isOn !== (labels.get(column) ?? false)) {
          yield {
            captureMs,
            item: {
              tsMs: captureMs,
              event: {
                kind: `truth.${kind}`,
                severity: "info",
                data: { state: isOn ? "begin" : "end", source: "recording" },
              },
            },
          };
        }
        labels.set(column, isOn);
      }
      const values: Record<string, number | null> = {};
      for (const [column, key] of Object.entries(config.columns))
        values[key] = parseCell(cells[column], dialect.delimiter, config.missing);
      yield { captureMs, item: { tsMs: captureMs, values } };
    }
  }

  async function* run(signal: AbortSignal): AsyncGenerator<AdapterItem> {
    const dialect = await dialectOf(config);
    const speed = config.speed === "max" ? Number.POSITIVE_INFINITY : config.speed;
    let firstMs: number | null = null;
    let lastMs = 0;
    let startMs = now();
    let spacing = 1;
    if (config.time === "now" && config.loop && speed !== Number.POSITIVE_INFINITY) spacing = speed;
    else if (config.time === "now" && speed > 1) {
      for await (const { captureMs } of rows(dialect, signal)) {
        firstMs ??= captureMs;
        lastMs = captureMs;
      }
      skipped = 0;
    }
    const lengthMs = lastMs - (firstMs ?? lastMs);
    /** what the first row's time lies before the moment it is played */
    const aheadMs = lengthMs - lengthMs / speed;
    do {
      firstMs = null;
      let stepMs = config.stepMs;
      for await (const { captureMs, item } of rows(dialect, signal)) {
        firstMs ??= captureMs;
        if (captureMs > lastMs && lastMs >= firstMs) stepMs = captureMs - lastMs;
        lastMs = captureMs;
        const sinceFirstMs = captureMs - firstMs;
        const waitMs = speed === Number.POSITIVE_INFINITY ? 0 : startMs + sinceFirstMs / speed - now();
        if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        yield { ...item, tsMs: config.time === "now" ? startMs - aheadMs + sinceFirstMs / spacing : captureMs };
      }
      startMs += (lastMs - (firstMs ?? lastMs) + stepMs) / (speed === Number.POSITIVE_INFINITY ? 1 : speed);
    } while (config.loop && firstMs !== null && !signal.aborted);
  }

  return { name: `replay ${config.file}`, run, trouble: () => trouble };
}

/** Reads the header and refuses a recording that lacks a named column, saying which it has. */
async function dialectOf(config: ReplayConfig): Promise<CsvDialect> {
  const file = await open(config.file);
  let header = "";
  try {
    for await (const line of file.readLines()) {
      header = line.replace(/^\uFEFF/, "");
      break;
    }
  } finally {
    await file.close();
  }
  const found = detectDialect(header);
  const delimiter = config.delimiter ?? found.delimiter;
  const dialect = { delimiter, timeColumns: config.timeColumns ?? found.timeColumns };
  const names = header.split(delimiter).map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  for (const wanted of [...Object.keys(config.columns), ...Object.keys(config.labels), ...dialect.timeColumns]) {
    if (!names.includes(wanted))
      throw new RangeError(`${config.file} has no column "${wanted}". It has: ${names.join(", ")}.`);
  }
  return dialect;
}
