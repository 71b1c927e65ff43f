import { z } from "zod";
import { answerRoute } from "@/server/core/answer-route";
import { NOT_HERE } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { serveRunResult } from "@/server/root";

export const dynamic = "force-dynamic";

/** `GET /api/jobs/{id}/result`: the file that one's own export made. */
export function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return answerRoute(request, { action: "stream.export", query: z.strictObject({}) }, async (ctx) => {
    const id = z.uuid().safeParse((await params).id);
    if (!id.success) throw new DomainError("not_found", NOT_HERE);
    return serveRunResult(ctx, id.data);
  });
}
