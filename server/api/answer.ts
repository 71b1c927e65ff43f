import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { openPool } from "@/db/client";
import type { Actor } from "@/server/core/actor";
import { readApiConfig } from "@/server/core/config";
import { openVisit, readVitals, webDatabaseUrl, webTimeSeries } from "@/server/core/context";
import { DomainError, type DomainErrorCode, errorCode } from "@/server/core/errors";
import { RateLimiter } from "@/server/core/rate-limit";
import { newCorrelationId, type Refusal, refusalResponse, Refused } from "@/server/core/refusal";
import { methodRefusal } from "@/server/core/rpc-door";
import { clientAddress } from "@/server/core/web-server";
import { webLog } from "@/server/core/web-log";
import { openCursors, type Cursors } from "./cursor";
import { DOCS_POLICY, docsPage } from "./docs-page";
import { openApiDocument } from "./openapi";
import { API_ROUTES } from "./routes";
import type { ApiRoute } from "./route";

/** Connections of the API, apart from those of the pages: a program that asks too much makes no page wait. */
const API_POOL = { max: 4, applicationName: "throughline-api" } as const;
/** Of one token or person, and of one address, valid token or not. */
const PER_ACTOR = { allowed: 600, windowS: 60 };
const PER_ADDRESS = { allowed: 1_200, windowS: 60 };
const NOT_THERE: Refusal = {
  status: 404,
  code: "E_NOT_FOUND",
  message: "There is no such thing in this API.",
  hint: "What there is stands at /api/v1/docs.",
};

interface ApiResources {
  pool: Pool;
  proxies: number;
  cursors: Cursors;
  perActor: RateLimiter;
  perAddress: RateLimiter;
}

let shared: ApiResources | null = null;

function resources(): ApiResources {
  if (shared) return shared;
  const { statementTimeoutMs, proxies } = readApiConfig(process.env);
  const pool = openPool(webDatabaseUrl(), { ...API_POOL, statementTimeoutMs });
  // Without a secret of the installation, cursors end with the process that gave them.
  const secret = process.env.THROUGHLINE_SECRET ?? process.env.NEXTAUTH_SECRET ?? randomBytes(32).toString("hex");
  shared = {
    pool,
    proxies,
    cursors: openCursors(secret),
    perActor: new RateLimiter(pool, PER_ACTOR),
    perAddress: new RateLimiter(pool, PER_ADDRESS),
  };
  return shared;
}

/** Answers one request to `/api/v1`. Whatever goes wrong becomes a refusal with a code; what nobody expected is logged under its id. */
export async function answerApi(request: Request): Promise<Response> {
  const correlationId = newCorrelationId();
  try {
    return await dispatch(request);
  } catch (cause) {
    const refusal = refusalFor(cause);
    if (refusal.status >= 500) {
      const { pathname } = new URL(request.url);
      webLog().error({ err: cause, correlationId, path: pathname }, "a request to the API failed");
    }
    return refusalResponse(refusal, correlationId);
  }
}

async function dispatch(request: Request): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.replace(/^\/api\/v1/, "");
  const route = API_ROUTES.find((candidate) => candidate.path === path);
  const open = OPEN[path];
  if (!route && !open) throw new Refused(NOT_THERE);
  if (request.method !== "GET" && request.method !== "HEAD") throw new Refused(methodRefusal("GET, HEAD"));
  const raw = queryOf(url.searchParams);
  if (open) return open(raw);
  if (!route) throw new Refused(NOT_THERE);

  const { pool, proxies, cursors, perActor, perAddress } = resources();
  const address = clientAddress(request.headers, proxies);
  admit(await perAddress.take(`api:address:${address}`));
  const visit = openVisit(pool, request.headers);
  const actor = await visit.who();
  if (actor) admit(await perActor.take(bucketOf(actor)));
  const ctx = await visit.as(route.action);
  refuseUnknown(raw, route.params.shape);
  const { body, format } = await route.answer(raw, { ctx, cursors, store: webTimeSeries });
  return written(route, body, format);
}

function bucketOf(actor: Actor): string {
  return `api:${actor.kind}:${actor.id}`;
}

function admit(refusal: Refusal | null): void {
  if (refusal) throw new Refused(refusal);
}

/** What is answered without a token. */
const OPEN: Readonly<Record<string, (raw: Readonly<Record<string, string>>) => Promise<Response>>> = {
  "/health": async (raw) => {
    refuseUnknown(raw, {});
    const { tookMs } = await readVitals();
    const time = new Date().toISOString();
    return Response.json({ status: "ok", time, database: { status: "ok", tookMs } }, { headers: NO_STORE });
  },
  "/openapi.json": async (raw) => {
    refuseUnknown(raw, {});
    return Response.json(openApiDocument(), { headers: { "cache-control": "public, max-age=300" } });
  },
  "/docs": async (raw) => {
    refuseUnknown(raw, {});
    return new Response(docsPage(), {
      headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": DOCS_POLICY },
    });
  },
};
const NO_STORE = { "cache-control": "no-store" };

/** Also names that every object has, such as `constructor`. */
function refuseUnknown(raw: Readonly<Record<string, string>>, known: Readonly<Record<string, unknown>>): void {
  const field = Object.keys(raw).find((name) => !Object.hasOwn(known, name));
  if (field === undefined) return;
  const told = field.slice(0, 80);
  throw new Refused({
    status: 400,
    code: "E_UNKNOWN_FIELD",
    message: `There is no field ${JSON.stringify(told)} here.`,
    field: told,
    hint: "Remove it, or check its spelling.",
  });
}

/** Each parameter once. @throws {Refused} for one that comes twice, and for a token, which a URL would carry into logs and histories */
function queryOf(query: URLSearchParams): Record<string, string> {
  const raw: Record<string, string> = Object.create(null);
  for (const [name, value] of query) {
    if (value.startsWith("tlp_")) {
      throw new Refused({
        status: 400,
        code: "E_TOKEN_IN_URL",
        message: "A token does not belong into an address: it ends in logs and histories.",
        field: name.slice(0, 80),
        hint: "Send it as Authorization: Bearer tlp_…, and make a new one, because this one was seen.",
      });
    }
    if (name in raw) {
      throw new Refused({
        status: 400,
        code: "E_ID",
        message: `The parameter ${JSON.stringify(name.slice(0, 80))} is there twice.`,
        field: name.slice(0, 80),
        hint: "Give it once; several streams are separated by commas.",
      });
    }
    raw[name] = value;
  }
  return raw;
}

const DOMAIN_STATUS: Record<DomainErrorCode, [number, string]> = {
  unauthenticated: [401, "E_UNAUTHENTICATED"],
  not_found: [404, "E_NOT_FOUND"],
  forbidden: [403, "E_FORBIDDEN"],
  invalid_state: [409, "E_STATE"],
  conflict: [409, "E_STALE"],
  busy: [503, "E_BUSY"],
  invalid_input: [400, "E_INPUT"],
};

function refusalFor(cause: unknown): Refusal {
  if (cause instanceof Refused) return cause.refusal;
  if (cause instanceof DomainError) {
    const [status, code] = DOMAIN_STATUS[cause.code];
    const hint = "Send a token: Authorization: Bearer tlp_…, made with npx throughline token create.";
    return status === 401
      ? { status, code, message: "A valid token is needed: this one is missing, expired or revoked.", hint }
      : { status, code, message: cause.message };
  }
  if (errorCode(cause) === "57014") {
    return {
      status: 503,
      code: "E_TIMEOUT",
      message: "The database took too long for this.",
      hint: "Narrow the range, or ask for fewer streams.",
      retryAfterS: 5,
    };
  }
  if (/^(ECONNREFUSED|ECONNRESET|53300|57P0[1-3]|08...)$/.test(errorCode(cause) ?? "")) {
    return {
      status: 503,
      code: "E_UNAVAILABLE",
      message: "The database does not answer right now.",
      hint: "Try again in a moment.",
      retryAfterS: 5,
    };
  }
  return {
    status: 500,
    code: "E_INTERNAL",
    message: "The server could not do this. What failed is in its log; trying again is safe.",
  };
}

function written(route: ApiRoute, body: unknown, format: string): Response {
  const next = propertyOf(body, "next");
  const headers = { ...NO_STORE, ...(typeof next === "string" ? { "x-next-cursor": next } : {}) };
  if (format === "json" || route.columns === null) return Response.json(body, { headers });
  const data: unknown = propertyOf(body, "data");
  const rows: unknown[] = Array.isArray(data) ? data : [];
  if (format === "ndjson") {
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    return new Response(text, { headers: { ...headers, "content-type": "application/x-ndjson; charset=utf-8" } });
  }
  const columns = route.columns;
  const lines = rows.map((row) => columns.map((name) => csvCell(propertyOf(row, name))).join(","));
  return new Response(`${[columns.join(","), ...lines].join("\r\n")}\r\n`, {
    headers: { ...headers, "content-type": "text/csv; charset=utf-8" },
  });
}

/** One cell by RFC 4180; text that a spreadsheet would run as a formula gets an apostrophe. Numbers stay numbers. */
function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = /^[=+\-@\t\r\0]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value ? Reflect.get(value, key) : undefined;
}
