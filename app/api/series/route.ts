import { createContext } from "@/server/core/context";
import { createCaller } from "@/server/root";
import { StreamRangeInput } from "@/server/fabric/domain/read-inputs";

/** `GET /api/series?id=7&fromMs=…&toMs=…&maxPoints=1000`: at most 1,000 points of one stream as columns (plain JSON, no superjson). */
export async function GET(request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const input = StreamRangeInput.safeParse({
    id: Number(query.get("id")),
    fromMs: Number(query.get("fromMs") ?? Number.NaN),
    toMs: Number(query.get("toMs") ?? Number.NaN),
    maxPoints: Number(query.get("maxPoints") ?? 1_000),
  });
  if (!input.success) {
    const issue = input.error.issues[0];
    return Response.json(
      { error: { field: issue?.path.join(".") ?? "", message: issue?.message ?? "The range cannot be read." } },
      { status: 400 },
    );
  }
  return Response.json(await createCaller(createContext()).streams.series(input.data), {
    headers: { "cache-control": "no-store" },
  });
}
