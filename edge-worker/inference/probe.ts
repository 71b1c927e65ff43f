/**
 * Child process that tries a model from a stranger: scan, load, answer a small batch. Its parent gives it an empty
 * directory, an empty environment, a memory limit and a kill timer (`verify.ts`); what it has to say is one line of JSON
 * on stdout. Input on stdin: header length (4 bytes, little endian), header JSON, model bytes.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { ModelRefused } from "./refusal";
import { scanModel } from "./scan";
import { type OutputColumn, openModel } from "./session";
import { ModelSidecar } from "./sidecar";

const Header = z.object({ io: ModelSidecar.pick({ inputs: true, outputs: true }), skipScan: z.boolean() });

/** Windows in the probe batch: zeros, ones, and a spread of magnitudes and signs. */
const PROBE_ROWS = 8;

async function main(): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  const input = Buffer.concat(chunks);
  const headerLength = input.readUInt32LE(0);
  const { io, skipScan } = Header.parse(JSON.parse(input.toString("utf8", 4, 4 + headerLength)));
  const bytes = Uint8Array.from(input.subarray(4 + headerLength));
  const startedMs = performance.now();
  const facts = skipScan ? null : scanModel(bytes);
  const beforeMb = process.memoryUsage.rss() / 1_048_576;
  const model = await openModel(bytes, io);
  const loadedMs = performance.now();
  await model.run(probeRows(1, model.width), 1);
  const outputs = await model.run(probeRows(PROBE_ROWS, model.width), PROBE_ROWS);
  if (!hasFiniteRow(outputs))
    throw new ModelRefused("MODEL_NAN", "The model answers every probe with something that is not a number.");
  reply({
    ok: true,
    digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    facts,
    loadMs: loadedMs - startedMs,
    runMs: performance.now() - loadedMs,
    rssMb: process.memoryUsage.rss() / 1_048_576,
    growthMb: Math.max(0, process.memoryUsage.rss() / 1_048_576 - beforeMb),
  });
}

function probeRows(count: number, width: number): Float32Array {
  const rows = new Float32Array(count * width);
  for (let row = 1; row < count; row += 1) {
    for (let column = 0; column < width; column += 1)
      rows[row * width + column] = row === 1 ? 1 : (((row * 31 + column * 17) % 13) - 6) * 10 ** ((row % 3) - 1);
  }
  return rows;
}

function hasFiniteRow(outputs: readonly OutputColumn[]): boolean {
  return Array.from({ length: PROBE_ROWS }, (_, row) => row).some((row) =>
    outputs.every(({ width, values }) => values.subarray(row * width, (row + 1) * width).every(Number.isFinite)),
  );
}

function reply(answer: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
}

main().catch((cause: unknown) => {
  if (cause instanceof ModelRefused) reply({ ok: false, code: cause.code, message: cause.message });
  else {
    const message = cause instanceof Error ? cause.message : String(cause);
    reply({
      ok: false,
      code: /alloc|memory/i.test(message) ? "MODEL_MEMORY" : "MODEL_PARSE",
      message: `The model could not be tried: ${message}`,
    });
  }
});
