import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export interface SkabReplay {
  node: string;
  url: string;
  token: string;
  dataDir: string;
  /** the recording, a file of SKAB_RECORDINGS */
  file: string;
  /** the ONNX file of `trainSkabModel` */
  model: string;
  speed: number | "max";
}

/** The configuration of docs/examples/skab-replay.yaml for another node, recording and pace; everything else as it stands there. */
export function skabReplayConfig({ file, model, speed, ...node }: SkabReplay): Record<string, unknown> {
  const example: Record<string, unknown> = parse(
    readFileSync(fileURLToPath(new URL("../docs/examples/skab-replay.yaml", import.meta.url)), "utf8"),
  );
  const [replay] = Array.isArray(example.adapters) ? example.adapters : [];
  return {
    ...example,
    ...node,
    port: 0,
    adapters: [{ ...replay, file, speed }],
    slots: [{ slot: "loop-health", model }],
  };
}
