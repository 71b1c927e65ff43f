import { createHash } from "node:crypto";
import { z } from "zod";
import { DurableAck } from "@/sdk/wire/ack";
import { ActionReport } from "@/sdk/wire/action";
import { EventsBatch, InferenceBatch, MediaBatch, TelemetryBatch } from "@/sdk/wire/batch";
import { Birth, NodeState } from "@/sdk/wire/birth";
import { Command, CommandAnswer } from "@/sdk/wire/command";
import { ArtifactManifest, SignedArtifact } from "@/sdk/wire/manifest";
import { PlainReading } from "@/sdk/wire/plain";
import { Desired, Reported } from "@/sdk/wire/twin";
import { DOWN_EXAMPLES, UP_EXAMPLES } from "./examples";

/** Every document of the contract, by the name of its published schema. */
export const DOCUMENTS = {
  birth: Birth,
  state: NodeState,
  "batch-telemetry": TelemetryBatch,
  "batch-events": EventsBatch,
  "batch-inference": InferenceBatch,
  "batch-media": MediaBatch,
  ack: DurableAck,
  desired: Desired,
  reported: Reported,
  action: ActionReport,
  command: Command,
  "command-answer": CommandAnswer,
  plain: PlainReading,
  manifest: ArtifactManifest,
  "signed-artifact": SignedArtifact,
} as const;

/** File name → content of docs/api/wire, exactly as it must stand there. */
export function renderWireDocuments(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, schema] of Object.entries(DOCUMENTS)) {
    const json = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
    files.set(`${name}.schema.json`, render({ $id: `urn:throughline:wire:1:${name}`, title: name, ...json }));
  }
  files.set("vectors.json", render({ up: UP_EXAMPLES.map(withBytes), down: DOWN_EXAMPLES.map(withBytes) }));
  return files;
}

/** The bytes as they travel, and their hash, so that a device in any language can compare what it sends. */
function withBytes<T extends { document: unknown }>(example: T): T & { payload: string; sha256: string } {
  const payload = JSON.stringify(example.document);
  return { ...example, payload, sha256: createHash("sha256").update(payload).digest("hex") };
}

const render = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
