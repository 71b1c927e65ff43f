import { z } from "zod";
import { EpochMs, Ordinal, StreamKey } from "./names";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits");

/** One input column of a model: which stream, in which UCUM unit, condensed how over the window. */
export const Feature = z.object({
  stream: StreamKey,
  unit: z.string().min(1).max(32),
  agg: z.enum(["mean", "std", "rms", "min", "max", "p95", "kurtosis", "last", "slope"]),
});
export type Feature = z.infer<typeof Feature>;

export const ModelInput = z.object({
  name: z.string().min(1).max(128),
  dtype: z.literal("float32"),
  shape: z.array(z.int().min(-1)).min(1).max(4),
  features: z.array(Feature).max(4_096),
});

export const ModelOutput = z.object({
  name: z.string().min(1).max(128),
  dtype: z.literal("float32"),
  shape: z.array(z.int().min(-1)).min(1).max(4),
  meaning: z.string().max(200).optional(),
});

/**
 * What a model, pipeline or container is and needs (wire contract §6): the payload of the signed envelope, and, beside
 * a model file that was placed by hand, its plain sidecar.
 */
export const ArtifactManifest = z.object({
  kind: z.enum(["model", "pipeline", "container"]),
  name: z.string().min(1).max(64),
  version: z.string().min(1).max(64),
  releaseSeq: Ordinal.default(0),
  sha256: Sha256,
  bytes: z.int().positive(),
  chunkBytes: z.int().positive().optional(),
  chunks: z.array(Sha256).max(100_000).optional(),
  opset: z.int().positive(),
  inputs: z.array(ModelInput).min(1).max(16),
  outputs: z.array(ModelOutput).min(1).max(16),
  /** score at or above which the output is an alarm */
  threshold: z.number().optional(),
  trainedOn: z.string().max(500).optional(),
  evaluation: Sha256.optional(),
  dataset: Sha256.optional(),
  arch: z.array(z.string().max(32)).max(16).default([]),
  minMemMB: z.number().nonnegative().default(0),
  image: z.string().max(500).nullable().default(null),
  expires: EpochMs.nullable().default(null),
});
export type ArtifactManifest = z.infer<typeof ArtifactManifest>;

/** DSSE envelope: `payload` is base64 of the manifest's JSON; signatures are Ed25519 over its pre-authentication encoding. */
export const ARTIFACT_PAYLOAD_TYPE = "application/vnd.throughline.artifact+json";
export const SignedArtifact = z.object({
  payloadType: z.literal(ARTIFACT_PAYLOAD_TYPE),
  payload: z.base64(),
  signatures: z
    .array(z.object({ keyid: z.string().min(1).max(128), sig: z.base64() }))
    .min(1)
    .max(16),
});
export type SignedArtifact = z.infer<typeof SignedArtifact>;
