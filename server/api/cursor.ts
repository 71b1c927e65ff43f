import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { Refused } from "@/server/core/refusal";

const Place = z.array(z.union([z.string(), z.number()])).max(4);
/** Where a page ended: the sort key of its last row. */
export type Place = z.infer<typeof Place>;

/**
 * Cursors of the public API: the place where a page ended, sealed together with what was asked. One that was changed, or that belongs
 * to another question, is refused instead of giving some other page.
 * @param secret at least 32 bytes of the installation's own
 */
export function openCursors(secret: string) {
  const key = createHmac("sha256", secret).update("throughline api cursor v1").digest();
  const seal = (body: string, question: string) =>
    createHmac("sha256", key).update(question).update("\0").update(body).digest("base64url").slice(0, 22);
  return {
    give(place: Place, question: string): string {
      const body = Buffer.from(JSON.stringify(place)).toString("base64url");
      return `${body}.${seal(body, question)}`;
    },
    /** @throws {Refused} E_CURSOR */
    take(cursor: string, question: string): Place {
      const [body = "", given = ""] = cursor.split(".");
      const expected = seal(body, question);
      if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) {
        throw new Refused({
          status: 400,
          code: "E_CURSOR",
          message: "This cursor was changed, or belongs to another question.",
          field: "cursor",
          hint: "Repeat the request it came with, or start without a cursor.",
        });
      }
      return Place.parse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
    },
  };
}
export type Cursors = ReturnType<typeof openCursors>;

/** What a cursor belongs to: the route and every parameter but where to begin and how much to give. */
export function questionOf(path: string, params: Readonly<Record<string, unknown>>): string {
  const { cursor: _cursor, limit: _limit, format: _format, ...rest } = params;
  const parts = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([path, parts]))
    .digest("base64url");
}
