import { z } from "zod";

// What cannot be seen in a name is no name: blanks of every kind, and characters without width.
const INVISIBLE = /^[\s\u200B-\u200D\u2060\uFEFF]*$/;
// These turn around how the text behind them is shown, so that a name could pass for another.
const TURNS_TEXT = /[\u202A-\u202E\u2066-\u2069]/;

/** A name as somebody typed it: one line, composed (NFC), at most `max` characters. `missing` is said where there is none. */
export function oneLine(missing: string, max: number) {
  const tooLong = `Use at most ${max} characters.`;
  return z
    .string(missing)
    .max(max * 5, tooLong)
    .transform((name) => name.normalize("NFC").trim())
    .pipe(
      z
        .string()
        .refine((name) => !INVISIBLE.test(name), missing)
        .refine((name) => name.length <= max, tooLong)
        .refine(
          (name) => !/\p{Cc}|\p{Cs}/u.test(name) && !TURNS_TEXT.test(name),
          "Use one line of text, without control characters.",
        ),
    );
}
