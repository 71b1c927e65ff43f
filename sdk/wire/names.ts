import { z } from "zod";

/**
 * Node ids are part of topics, of broker user names and of file names, so they hold neither `/`, `+`, `#` nor upper
 * case; a leading `_` or `.` is refused with them.
 */
export const NodeId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "must be 1 to 63 of a-z 0-9 . _ - and start with a letter or digit");

/** `pump-1/vibration-rms`: up to eight segments, each like a node id; at most 200 characters in all. */
export const StreamKey = z
  .string()
  .max(200, "at most 200 characters")
  .regex(
    /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*){0,7}$/,
    "must be one to eight segments of a-z 0-9 . _ - separated by /",
  );

/** 26 characters of Crockford base 32 (ULID): the name of one start (`boot`) or of one life of a buffer (`epoch`). */
export const Ulid = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, "must be a ULID");

/** Content address: `sha256:` and 64 hexadecimal digits. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hexadecimal digits");

/** What a batch carries. `events` is sacrificed last and sealed fastest. */
export const LANES = ["events", "telemetry", "inference", "media"] as const;
export const Lane = z.enum(LANES);
export type Lane = z.infer<typeof Lane>;

/** Milliseconds since the Unix epoch, UTC; fractions down to 0.001. */
export const EpochMs = z.number().min(0).max(8_640_000_000_000_000);

/** A count that never runs backwards: 0 … 2^53 − 1. */
export const Ordinal = z.int().nonnegative();
