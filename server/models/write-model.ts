import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Feature } from "@/sdk/wire/manifest";
import type { PcaModel } from "./domain/pca";
import { pcaToOnnx } from "./domain/pca-onnx";

export interface WrittenModel {
  name: string;
  /** path of the ONNX file; its manifest lies beside it as `.json` */
  file: string;
  /** hexadecimal digest of the ONNX file */
  sha256: string;
}

export interface ModelText {
  name: string;
  version: string;
  features: readonly Feature[];
  trainedOn: string;
}

/** Writes `name.onnx` and its manifest `name.json` into `dir`, each whole or not at all. */
export async function writePcaModel(
  dir: string,
  pca: PcaModel,
  { name, version, features, trainedOn }: ModelText,
): Promise<WrittenModel> {
  const bytes = pcaToOnnx(pca, name);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const column = (output: string, meaning: string) => ({ name: output, dtype: "float32", shape: [-1, 1], meaning });
  const manifest = {
    kind: "model",
    name,
    version,
    sha256,
    bytes: bytes.length,
    opset: 17,
    inputs: [{ name: "x", dtype: "float32", shape: [-1, features.length], features }],
    outputs: [
      column("score", "the larger of T2 and Q as shares of their limits: 1 is the alarm limit"),
      column("t2", "Hotelling's T2: how far along the usual directions"),
      column("q", "squared prediction error: how far off the usual directions"),
    ],
    threshold: 1,
    trainedOn,
  };
  await mkdir(dir, { recursive: true });
  const file = join(dir, `${name}.onnx`);
  await replace(file, bytes);
  await replace(join(dir, `${name}.json`), `${JSON.stringify(manifest, null, 2)}\n`);
  return { name, file, sha256 };
}

async function replace(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${file}.new`, content, { flush: true }); // a power cut must not leave an empty file under the name
  await rename(`${file}.new`, file);
}
