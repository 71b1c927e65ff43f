import { randomBytes } from "node:crypto";
import { NextResponse, type NextRequest } from "next/server";
import { methodRefusal } from "@/server/core/rpc-door";
import { sessionCookieName, usesTls } from "@/server/core/deployment";
import { newCorrelationId, refusalResponse } from "@/server/core/refusal";
import { isKnownHost } from "@/server/core/same-origin";
import { DATA_POLICY, pagePolicy, STRICT_TRANSPORT } from "@/server/core/security-headers";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/**
 * First to see a request: refuses host names that are not ours and methods nobody serves, and gives each page its policy with a nonce
 * of its own. It decides nothing about who may see what: that is asked where data is read.
 */
export function proxy(request: NextRequest): NextResponse | Response {
  const response = answerTo(request);
  if (usesTls(process.env)) response.headers.set("strict-transport-security", STRICT_TRANSPORT);
  return response;
}

function answerTo(request: NextRequest): NextResponse | Response {
  if (!isKnownHost(request.headers.get("host"), process.env.THROUGHLINE_HOSTS)) {
    return new NextResponse(
      "This host name is not served here. Use http://localhost, or name the host in THROUGHLINE_HOSTS.\n",
      { status: 421, headers: { "content-type": "text/plain; charset=utf-8" } },
    );
  }
  if (!METHODS.has(request.method)) return refusalResponse(methodRefusal("GET, HEAD, POST"), newCorrelationId());

  // There are no Server Actions here: whoever calls one has made it up.
  if (request.headers.has("next-action")) {
    const refusal = {
      status: 404,
      code: "E_ACTION",
      message: "There is no such action.",
      hint: "Load the page again.",
    };
    return refusalResponse(refusal, newCorrelationId());
  }

  // Only saves a page that would be refused anyway: whether the cookie is worth anything is asked where data is read.
  const path = request.nextUrl.pathname;
  if (!isData(path) && !isDoor(path) && !request.cookies.has(sessionCookieName(usesTls(process.env)))) {
    const login = new URL("/login", request.nextUrl);
    if (path !== "/") login.searchParams.set("callbackUrl", `${path}${request.nextUrl.search}`);
    return NextResponse.redirect(login);
  }

  const isHttps = usesTls(process.env);
  const headers = new Headers(request.headers);
  let policy = DATA_POLICY;
  if (!isData(request.nextUrl.pathname)) {
    const nonce = randomBytes(16).toString("base64");
    policy = pagePolicy({ nonce, isHttps, isDevelopment: process.env.NODE_ENV === "development" });
    // Next.js reads the nonce for its own scripts from this header; the layout takes it from x-nonce.
    headers.set("content-security-policy", policy);
    headers.set("x-nonce", nonce);
  }
  const response = NextResponse.next({ request: { headers } });
  if (path !== "/api/v1/docs") response.headers.set("content-security-policy", policy); // that page brings its own
  return response;
}

/** Answers without a page in them; the readable page of the API brings its own policy. */
function isData(path: string): boolean {
  return path.startsWith("/api/") || path === "/metrics";
}

/** Pages for people who are not signed in yet, and files with a dot in their name, which hold no data. */
function isDoor(path: string): boolean {
  return /^\/(login|setup|reset|docs\/api)(\/|$)/.test(path) || /\.[a-z0-9]+$/i.test(path);
}

export const config = { matcher: "/((?!_next/static).*)" };
