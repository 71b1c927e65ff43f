import { handleAccount } from "@/server/root";

export const dynamic = "force-dynamic";

/** `POST /api/account/reset` and `/api/account/setup`, for who holds a one-time token. */
export async function POST(request: Request, { params }: { params: Promise<{ verb: string }> }): Promise<Response> {
  return handleAccount(request, (await params).verb);
}
