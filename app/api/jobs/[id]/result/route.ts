import { z } from "zod";
import { authenticate, refuse } from "@/server/core/authenticate";
import { NOT_HERE } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { serveRunResult } from "@/server/root";

export const dynamic = "force-dynamic";

/** `GET /api/jobs/{id}/result`: the file that one's own export made. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { ctx, refusal } = await authenticate(request, "stream.export");
  if (refusal) return refusal;
  const id = z.uuid().safeParse((await params).id);
  return id.success ? serveRunResult(ctx, id.data) : refuse(new DomainError("not_found", NOT_HERE));
}
