import type { z } from "zod";
import { formatPath } from "@/sdk/wire/refusal";

/** The first thing wrong with what somebody gave, for a machine and for a person. */
export interface InputFault {
  code: string;
  message: string;
  field?: string;
  hint?: string;
}

/**
 * The first fault that a schema found. A schema may name its own code by a message that begins with `E_SOMETHING: `; the kinds of
 * fault every schema can find have theirs: E_UNKNOWN_FIELD, E_REQUIRED, E_RANGE, E_TYPE, E_INPUT.
 */
export function inputFault(error: z.core.$ZodError): InputFault {
  const issue = error.issues[0];
  if (!issue) return { code: "E_INPUT", message: "What was sent cannot be used." };
  const path = formatPath(issue.path);
  const at = path === "" ? {} : { field: path };
  const named = /^(E_[A-Z_]+): (.*)$/s.exec(issue.message);
  if (named) {
    const [message = "", hint] = (named[2] ?? "").split(" | ");
    return { code: named[1] ?? "E_INPUT", message, ...at, ...(hint ? { hint } : {}) };
  }
  const what = path === "" ? "What was sent" : path;
  switch (issue.code) {
    case "unrecognized_keys": {
      const field = [path, issue.keys[0]].filter((part) => part !== "").join(".");
      return {
        code: "E_UNKNOWN_FIELD",
        message: `There is no field ${JSON.stringify(shorten(field))} here.`,
        field: shorten(field),
        hint: "Remove it, or check its spelling.",
      };
    }
    case "too_small":
    case "too_big":
      if (isOurs(issue.message)) return { code: "E_RANGE", message: ownWords(what, issue.message), ...at };
      return { code: "E_RANGE", message: `${what} is out of range: ${lowerFirst(issue.message)}.`, ...at };
    case "invalid_type":
      if (isOurs(issue.message)) return { code: "E_TYPE", message: ownWords(what, issue.message), ...at };
      return issue.input === undefined && issue.message.includes("undefined")
        ? { code: "E_REQUIRED", message: `${what} is missing.`, ...at, hint: `It must be a ${issue.expected}.` }
        : { code: "E_TYPE", message: `${what} must be a ${issue.expected}.`, ...at };
    case "invalid_value":
      return {
        code: "E_VALUE",
        message: `${what} is not one of the known values.`,
        ...at,
        hint: `Use one of: ${issue.values.map(String).join(", ")}.`,
      };
    case "invalid_format":
      return {
        code: "E_INPUT",
        message: isOurs(issue.message) ? ownWords(what, issue.message) : `${what} is not written as it must be.`,
        ...at,
      };
    default:
      return {
        code: "E_INPUT",
        message: isOurs(issue.message) ? ownWords(what, issue.message) : `${what} cannot be used.`,
        ...at,
      };
  }
}

/** Whether the schema says it in words of its own, which need no name of a field before them. */
function isOurs(message: string): boolean {
  return !/^(Too (small|big)|Invalid|Unrecognized)\b/.test(message);
}

/** The schema's words as a sentence; words that begin small go on after the name of the field. */
function ownWords(what: string, message: string): string {
  return sentence(/^[a-z]/.test(message) ? `${what} ${message}` : message);
}

/** What strangers send may be long; what we say about it is not. */
function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1).replace(/\.$/, "");
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
