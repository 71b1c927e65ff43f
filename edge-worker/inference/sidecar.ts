import { z } from "zod";
import { ArtifactManifest, ModelInput, ModelOutput } from "@/sdk/wire/manifest";
import { formatPath } from "@/sdk/wire/refusal";
import { ModelRefused } from "./refusal";

/**
 * What travels beside a model file that was placed by hand: `bearing.onnx` has `bearing.json`. The fields are those of
 * the signed manifest (wire contract §6); only what the edge needs to feed and read the model is required. One input of
 * shape [-1, features], a first dimension that counts windows.
 */
export const ModelSidecar = ArtifactManifest.pick({
  name: true,
  version: true,
  sha256: true,
  threshold: true,
  trainedOn: true,
}).extend({
  kind: z.literal("model"),
  inputs: z.tuple([
    ModelInput.refine(
      ({ shape, features }) =>
        shape.length === 2 && shape[0] === -1 && shape[1] === features.length && features.length > 0,
      "needs shape [-1, number of features] and as many features",
    ),
  ]),
  outputs: z.array(ModelOutput).min(1).max(16),
});
export type ModelSidecar = z.infer<typeof ModelSidecar>;

/** @throws {ModelRefused} `MODEL_IO` with the path and what is wrong there */
export function parseSidecar(json: string, file: string): ModelSidecar {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (cause) {
    throw new ModelRefused(
      "MODEL_IO",
      `${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
  const parsed = ModelSidecar.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ModelRefused(
    "MODEL_IO",
    `${file}: ${issue ? `${formatPath(issue.path)} ${issue.message}` : "not a model manifest"}`,
  );
}
