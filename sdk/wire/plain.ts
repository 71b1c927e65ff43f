import { z } from "zod";
import { EpochMs } from "./names";
import { type Checked, accepted, refused, refusalFromZod } from "./refusal";

/** The on-ramp for anything that can publish: a bare number, or a value with its capture time. */
export const PlainReading = z.union([
  z.number(),
  z.boolean(),
  z.object({
    value: z.union([z.number(), z.boolean(), z.null()]),
    ts: EpochMs.optional(),
    unit: z.string().max(32).optional(),
  }),
]);

/** Longest body `up/plain/{stream}` may have, in bytes. */
export const MAX_PLAIN_BYTES = 1_024;

/**
 * Reads a plain body. `ts` is null when the sender gave none: the receiver then stamps the time of arrival.
 * `21.5`, `true`, `{"value":21.5}` and `{"value":21.5,"ts":1767225600000}` are good; NaN and infinities are not JSON.
 */
export function parsePlain(body: string): Checked<{ value: number | null; ts: number | null; unit: string | null }> {
  const text = body.trim();
  if (text === "") return refused("PARSE", "The body is empty.", undefined, 'Send a number, or {"value":21.5}.');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return refused(
      "PARSE",
      `The body is neither a number nor JSON: ${why}`,
      undefined,
      'Send a number, or {"value":21.5}.',
    );
  }
  const parsed = PlainReading.safeParse(json);
  if (!parsed.success) return { ok: false, refusal: refusalFromZod(parsed.error, "SCHEMA") };
  const reading = typeof parsed.data === "object" ? parsed.data : { value: parsed.data };
  const value = typeof reading.value === "boolean" ? Number(reading.value) : reading.value;
  if (value !== null && !Number.isFinite(value)) {
    return refused("CONTRACT", "The value is larger than a 64-bit float can hold.", "value", "Send a finite number.");
  }
  return accepted({ value, ts: reading.ts ?? null, unit: reading.unit ?? null });
}
