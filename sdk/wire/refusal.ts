import type { ZodError } from "zod";
import type { RejectCode } from "./codes";

/** Why something was refused, for a machine (`code`, `field`) and for a person (`message`, `hint`). */
export interface Refusal {
  code: RejectCode;
  /** one plain sentence */
  message: string;
  /** path inside the payload, such as `columns.2[7]`; absent when the whole is at fault */
  field?: string;
  /** what to change */
  hint?: string;
}

/** Outcome of parsing something that came over the wire: the value, or the first thing wrong with it. */
export type Checked<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export function accepted<T>(value: T): Checked<T> {
  return { ok: true, value };
}

export function refused<T>(code: RejectCode, message: string, field?: string, hint?: string): Checked<T> {
  return { ok: false, refusal: { code, message, ...(field ? { field } : {}), ...(hint ? { hint } : {}) } };
}

/** `["columns", "2", 7]` as `columns.2[7]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? String(part) : `.${String(part)}`;
  }
  return text;
}

/** The first issue of a zod error as a refusal; the count of the others goes into the hint. */
export function refusalFromZod(error: ZodError, code: RejectCode = "SCHEMA"): Refusal {
  const [first, ...others] = error.issues;
  if (!first)
    return {
      code,
      message: "The document does not have the expected shape.",
      hint: "See docs/api/wire for the schema.",
    };
  const field = formatPath(first.path);
  const more = others.length > 0 ? ` ${others.length} more fault${others.length > 1 ? "s" : ""} after this one.` : "";
  return {
    code,
    message: field ? `${field}: ${first.message}` : first.message,
    ...(field ? { field } : {}),
    hint: `See docs/api/wire for the schema.${more}`,
  };
}
