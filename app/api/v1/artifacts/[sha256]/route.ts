import { webDoor } from "@/server/core/context";
import { answered } from "@/server/core/failure";
import { admitStranger } from "@/server/core/rates";
import { serveStoredArtifact } from "@/server/root";

export const dynamic = "force-dynamic";

/** `GET /api/v1/artifacts/{sha256}`: a model or its manifest, for the node that was told to run it (wire contract §6). */
export async function GET(request: Request, { params }: { params: Promise<{ sha256: string }> }): Promise<Response> {
  const { sha256 } = await params;
  return answered(request, async () => {
    await admitStranger(request.headers);
    return serveStoredArtifact(request, sha256, { sql: webDoor() });
  });
}
