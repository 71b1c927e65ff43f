import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Pool } from "pg";
import { drizzleOn, openPool } from "@/db/client";
import type { TimeSeriesStore } from "@/db/timeseries/port";
import { openTimeSeries } from "@/db/timeseries/open";
import { LiveHub } from "./live-hub";

/** Who acts. Until people sign in there is one: whoever reaches the server on the loopback address. */
export interface Actor {
  kind: "local";
  id: string;
}

/** What every query and verb is given. `pool` and `db` are the same connections, as plain SQL and as query builder. */
export interface Ctx {
  pool: Pool;
  db: NodePgDatabase;
  actor: Actor;
  /** Epoch ms, UTC. Passed in, so that a test can choose it. */
  now: () => number;
}

/** Connections of the web process: several short reads a page, never a long one. */
const WEB_POOL = { max: 10, applicationName: "throughline-web", statementTimeoutMs: 15_000 } as const;

interface WebResources {
  pool: Pool;
  series: Promise<TimeSeriesStore> | null;
  live: LiveHub | null;
}

declare global {
  // The development server reloads this module on every edit; the pool must outlive that.
  var throughlineWeb: WebResources | undefined;
}

function resources(): WebResources {
  if (!globalThis.throughlineWeb)
    globalThis.throughlineWeb = { pool: openPool(webDatabaseUrl(), WEB_POOL), series: null, live: null };
  return globalThis.throughlineWeb;
}

/** @throws {Error} that names the variable, when no database is configured */
export function webDatabaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url)
    throw new Error(
      "DATABASE_URL is not set. Start everything with npm start, or set it to postgres://user:password@host:port/database.",
    );
  return url;
}

export function createContext(): Ctx {
  const { pool } = resources();
  return { pool, db: drizzleOn(pool), actor: { kind: "local", id: "local" }, now: Date.now };
}

/** Tells browsers of this process what changed. */
export function webLiveHub(): LiveHub {
  const shared = resources();
  shared.live ??= new LiveHub(webDatabaseUrl, shared.pool, (what, cause) => console.error(what, cause));
  return shared.live;
}

/** The store of readings that the migrations chose; asked once, and again after a failure. */
export function webTimeSeries(): Promise<TimeSeriesStore> {
  const shared = resources();
  if (!shared.series) {
    shared.series = openTimeSeries(shared.pool).catch((cause: unknown) => {
      shared.series = null;
      throw cause;
    });
  }
  return shared.series;
}
