import { z } from "zod";

// What cannot be seen in a name is no name: blanks of every kind, and characters without width.
const INVISIBLE = /^[\s\u200B-\u200D\u2060\uFEFF]*$/;
// These turn around how the text behind them is shown, so that a name could pass for another.
export const TURNS_TEXT = /[\u202A-\u202E\u2066-\u2069]/;

/**
 * A name as somebody typed it: one line, composed (NFC), at most `max` characters. `missing` is said where there is none. Refused with
 * E_REQUIRED, E_LENGTH or E_TEXT and a hint.
 */
export function oneLine(missing: string, max: number) {
  const coded = missing.startsWith("E_") ? missing : `E_REQUIRED: ${missing}`;
  const none = coded.includes(" | ") ? coded : `${coded} | Type at least one character that can be seen.`;
  const tooLong = `E_LENGTH: Use at most ${max} characters. | Shorten it; an emoji can count as several.`;
  return z
    .string(none)
    .max(max * 5, tooLong)
    .transform((name) => name.normalize("NFC").trim())
    .pipe(
      z
        .string()
        .refine((name) => !INVISIBLE.test(name), none)
        .refine((name) => name.length <= max, tooLong)
        .refine(
          (name) => !/\p{Cc}|\p{Cs}/u.test(name) && !TURNS_TEXT.test(name),
          "E_TEXT: Use one line of text, without control characters. | Type it rather than paste it.",
        ),
    );
}
