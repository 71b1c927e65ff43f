import { z } from "zod";
import { oneLine } from "@/server/core/domain/one-line";

const PageId = z.string().regex(/^[a-z][a-z-]{0,39}$/, "There is no such page.");
const ViewName = oneLine("Give the view a name.", 80);

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
