import { NextResponse, type NextRequest } from "next/server";
import { isKnownHost } from "@/server/core/same-origin";

/** Refuses requests under a host name that is not ours, before any page or route sees them. */
export function proxy(request: NextRequest): NextResponse {
  if (isKnownHost(request.headers.get("host"), process.env.THROUGHLINE_HOSTS)) return NextResponse.next();
  return new NextResponse(
    "This host name is not served here. Use http://localhost, or name the host in THROUGHLINE_HOSTS.\n",
    { status: 421, headers: { "content-type": "text/plain; charset=utf-8" } },
  );
}

export const config = { matcher: "/((?!_next/static).*)" };
