/** What may be shown of a payload that was refused: text that is safe to render, never more than the limit. */
export interface PayloadPreview {
  kind: "json" | "text" | "binary";
  text: string;
  /** Size of what came in, in bytes. */
  bytes: number;
  cut: boolean;
}

const MAX_PREVIEW_CHARS = 4_000;
const MAX_HEX_BYTES = 256;

/**
 * A refused payload for people: pretty JSON when it is JSON, else text when it is UTF-8, else the first bytes in hexadecimal.
 * Control characters become their visible symbols, so a payload cannot hide or reorder text on the screen.
 *
 * @param payload the bytes after decompression, or as they came when that failed
 * @param bytes size on the wire
 */
export function previewPayload(payload: Uint8Array, bytes: number): PayloadPreview {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(payload);
  } catch {
    // Not UTF-8: that is a finding to show, not a failure of ours.
    const hex = [...payload.subarray(0, MAX_HEX_BYTES)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    return { kind: "binary", text: hex, bytes, cut: payload.length > MAX_HEX_BYTES };
  }
  const json = prettyJson(text);
  const shown = visible(json ?? text);
  return {
    kind: json === null ? "text" : "json",
    text: shown.slice(0, MAX_PREVIEW_CHARS),
    bytes,
    cut: shown.length > MAX_PREVIEW_CHARS,
  };
}

/** One key a line, arrays of plain values on one line: a batch's columns stay readable. */
function prettyJson(text: string): string | null {
  try {
    return JSON.stringify(JSON.parse(text), null, 2).replace(
      /\[\s+([^[\]{}]*?)\s+\]/g,
      (_, inner: string) => `[${inner.replace(/\s*\n\s*/g, " ")}]`,
    );
  } catch {
    return null;
  }
}

// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** C0, C1 and the bidirectional overrides as their escapes; line breaks and tabs stay. */
function visible(text: string): string {
  return text.replace(HIDDEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
