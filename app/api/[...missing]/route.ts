import { answered } from "@/server/core/failure";
import { Refused } from "@/server/core/refusal";

export const dynamic = "force-dynamic";

/** Whatever nothing else answers under `/api`: told to a program as a program can read it, and not as a page. */
function nothing(request: Request): Promise<Response> {
  return answered(request, async () => {
    throw new Refused({
      status: 404,
      code: "E_NOT_FOUND",
      message: "There is no such address here.",
      hint: "What programs may ask stands at /api/v1/docs.",
    });
  });
}

export { nothing as GET, nothing as POST, nothing as PUT, nothing as PATCH, nothing as DELETE };
