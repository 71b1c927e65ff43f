import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { openPool } from "@/db/client";
import type { Actor } from "@/server/core/actor";
import { readApiConfig } from "@/server/core/config";
import { type Cell, csvLine } from "@/server/core/domain/csv";
import { openVisit, readVitals, webDatabaseUrl, webTimeSeries } from "@/server/core/context";
import { answered } from "@/server/core/failure";
import { queryOf, type RawQuery, refuseUnknown } from "@/server/core/query";
import { RateLimiter } from "@/server/core/rate-limit";
import { type Refusal, Refused } from "@/server/core/refusal";
import { methodRefusal } from "@/server/core/rpc-door";
import { clientAddress } from "@/server/core/web-server";
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
export function answerApi(request: Request): Promise<Response> {
  return answered(request, () => dispatch(request));
}

async function dispatch(request: Request): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.replace(/^\/api\/v1/, "");
  const route = API_ROUTES.find((candidate) => candidate.path === path);
  const open = OPEN[path];
  if (!route && !open) throw new Refused(NOT_THERE);
  if (request.method !== "GET" && request.method !== "HEAD") throw new Refused(methodRefusal("GET, HEAD"));
  const raw = queryOf(url.searchParams);
  const { pool, proxies, cursors, perActor, perAddress } = resources();
  const address = clientAddress(request.headers, proxies);
  admit(await perAddress.take(`api:address:${address}`));
  if (open) return open(raw);
  if (!route) throw new Refused(NOT_THERE);

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
const OPEN: Readonly<Record<string, (raw: RawQuery) => Promise<Response>>> = {
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
  const lines = rows.map((row) => csvLine(columns.map((name) => cellOf(propertyOf(row, name)))));
  return new Response([csvLine(columns), ...lines].join(""), {
    headers: { ...headers, "content-type": "text/csv; charset=utf-8" },
  });
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined || typeof value === "number" || typeof value === "string") return value;
  return JSON.stringify(value);
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value ? Reflect.get(value, key) : undefined;
}
