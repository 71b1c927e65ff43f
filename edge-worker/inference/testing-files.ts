import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelIo } from "./session";

/** The manifest of a model with `width` features v0.mean, v1.mean … of streams named by `stream`. */
export function ioOf(
  width: number,
  outputs: readonly string[] = ["score"],
  stream: (index: number) => string = (index) => `v${index}`,
): ModelIo {
  const features = Array.from({ length: width }, (_, index) => ({
    stream: stream(index),
    unit: "mm/s",
    agg: "mean" as const,
  }));
  return {
    inputs: [{ name: "x", dtype: "float32", shape: [-1, width], features }],
    outputs: outputs.map((name) => ({ name, dtype: "float32" as const, shape: [-1] })),
  };
}

/** Writes `name.onnx` and its manifest `name.json` into a folder. */
export async function writeModel(
  folder: string,
  name: string,
  bytes: Uint8Array,
  io: ModelIo,
  threshold?: number,
): Promise<string> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const file = join(folder, `${name}.onnx`);
  await writeFile(file, bytes);
  await writeFile(
    join(folder, `${name}.json`),
    JSON.stringify({ kind: "model", name, version: "1.0.0", sha256, threshold, ...io }),
  );
  return file;
}
