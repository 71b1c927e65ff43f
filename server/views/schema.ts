import { z } from "zod";

const PageId = z.string().regex(/^[a-z][a-z-]{0,39}$/, "There is no such page.");
// What cannot be seen in a name is no name: blanks of every kind, and characters without width.
const INVISIBLE = /^[\s\u200B-\u200D\u2060\uFEFF]*$/;
// These turn around how the text behind them is shown, so that a name could pass for another.
const TURNS_TEXT = /[\u202A-\u202E\u2066-\u2069]/;

/** A name as somebody typed it: one line, composed (NFC), no longer than it can be shown. */
const ViewName = z
  .string()
  .max(400, "A name has at most 80 characters.")
  .transform((name) => name.normalize("NFC").trim())
  .pipe(
    z
      .string()
      .refine((name) => !INVISIBLE.test(name), "Give the view a name.")
      .refine((name) => name.length <= 80, "A name has at most 80 characters.")
      .refine(
        (name) => !/\p{Cc}|\p{Cs}/u.test(name) && !TURNS_TEXT.test(name),
        "A name is one line of text, without control characters.",
      ),
  );

/** What stands after `?` in an address. It is only ever put behind the address of the page that it belongs to. */
const ViewQuery = z
  .string()
  .max(2_000, "This view has too many filters to be kept.")
  .refine((query) => !/[\s\p{Cc}\p{Cs}#?]/u.test(query), "This is not the query of an address.");

export const ListViews = z.strictObject({ page: PageId.optional() });

/** `replace` overwrites the view of this name; without it a second one of the same name is refused. */
export const SaveView = z.strictObject({
  page: PageId,
  name: ViewName,
  query: ViewQuery,
  replace: z.boolean().default(false),
});
export type SaveView = z.infer<typeof SaveView>;

export const RemoveView = z.strictObject({ id: z.uuid() });
export type RemoveView = z.infer<typeof RemoveView>;
