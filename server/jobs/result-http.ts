import { ownerIdOf } from "@/server/core/actor";
import { type Ctx, NOT_HERE } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { storedObjects } from "@/server/models/objects/store";
import { findExport } from "./queries";

/**
 * The file of an export, for whoever started it and may still read every stream in it: its parts one after the other, each checked against
 * its digest before it leaves. A part that is missing ends the download, so a file that is whole is whole.
 *
 * @throws {DomainError} not_found
 */
export async function serveRunResult(ctx: Pick<Ctx, "sql" | "actor">, id: string): Promise<Response> {
  const file = await findExport(ctx.sql, id, ownerIdOf(ctx.actor));
  if (!file) throw new DomainError("not_found", NOT_HERE);
  const store = storedObjects();
  const [first, ...rest] = file.parts;
  const opening = first ? await store.get(first.digest) : null;
  if (opening === null)
    throw new DomainError("not_found", "The file is no longer in the object store. Run the export again.");
  const left = rest.values();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(opening)),
    async pull(controller) {
      const { done, value } = left.next();
      if (done) {
        controller.close();
        return;
      }
      const bytes = await store.get(value.digest);
      if (bytes === null) controller.error(new Error(`the object store no longer has ${value.digest}`));
      else controller.enqueue(new Uint8Array(bytes));
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "application/gzip",
      "content-length": String(file.bytes),
      "content-disposition": `attachment; filename="${file.name}"`,
      "cache-control": "no-store",
    },
  });
}
