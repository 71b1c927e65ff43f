import { webDoor } from "@/server/core/context";
import { serveStoredArtifact } from "@/server/root";

export const dynamic = "force-dynamic";

/** `GET /api/v1/artifacts/{sha256}`: a model or its manifest, for the node that was told to run it (wire contract §6). */
export async function GET(request: Request, { params }: { params: Promise<{ sha256: string }> }): Promise<Response> {
  return serveStoredArtifact(request, (await params).sha256, { sql: webDoor() });
}
