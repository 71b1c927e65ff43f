import { z } from "zod";
import { answerRoute } from "@/server/core/answer-route";
import { NOT_HERE } from "@/server/core/context";
import { csvResponse } from "@/server/core/csv-response";
import { DomainError } from "@/server/core/errors";
import { LISTS } from "./lists";

export const dynamic = "force-dynamic";

const byName = new Map(Object.entries(LISTS));

/** `GET /api/export/fleet?show=offline`: every row that the filters of the list leave, as CSV, streamed. */
export async function GET(request: Request, { params }: { params: Promise<{ list: string }> }): Promise<Response> {
  const { list } = await params;
  const exportable = byName.get(list);
  if (!exportable)
    return answerRoute(request, { action: "account.read", query: z.strictObject({}) }, async () => {
      throw new DomainError("not_found", NOT_HERE);
    });
  const { action, query, rows } = exportable;
  return answerRoute(request, { action, query }, async (ctx, filters) => {
    const stamp = new Date(ctx.now()).toISOString().slice(0, 16).replace(/[-:]/g, "");
    return csvResponse(`${list}_${stamp}.csv`, rows(ctx, filters));
  });
}
