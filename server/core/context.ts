import type { Pool } from "pg";
import { Access, type Limits, type Sql, type Tx } from "@/db/access";
import { openPool } from "@/db/client";
import type { TimeSeriesStore } from "@/db/timeseries/port";
import { openTimeSeries } from "@/db/timeseries/open";
import { type Actor, ownerIdOf, systemActor } from "./actor";
import { doorAccess, findActor, teamsOf } from "./door";
import { type Action, reachOf, sightOf } from "./domain/permissions";
import { DomainError } from "./errors";
import { LiveHub } from "./live-hub";
import { RateLimiter } from "./rate-limit";
import { SharedReads } from "./shared-reads";
import { webLog } from "./web-log";

/**
 * What every query and verb is given. `sql` and `transaction` reach only the rows of the teams in which the actor may do what the
 * procedure's permission says; there is no other way to the database.
 */
export interface Ctx {
  actor: Actor;
  /** Equal for those who see the same rows. */
  scope: string;
  /** Single statements, each in a transaction of its own. Several may run at once. */
  sql: Sql;
  /** Statements that belong together: commits when `work` resolves, rolls back when it rejects. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** What `work` gives, piece by piece, inside of one transaction: for what is too large to hold. */
  stream<T>(work: (tx: Tx) => AsyncIterable<T>): AsyncIterable<T>;
  /**
   * What `read` answers, shared for a moment with everybody who reaches the same rows. Only for what depends on nothing but these rows
   * and `question`, and holds nothing that is somebody's own.
   */
  shared<T>(question: string, read: () => Promise<T>): Promise<T>;
  /** To be called after a change, so that whoever made it sees it. */
  forgetShared(): void;
  /** Hashes of passwords and one-time tokens, which nothing else may read: only for what changes the account itself. */
  door: Access;
  /** Epoch ms, UTC. Passed in, so that a test can choose it. */
  now: () => number;
}

/** A request before anybody asked who sends it. Sessions and tokens are looked up at most once per visit. */
export interface Visit {
  /** Null when nobody is signed in, or no longer. */
  who(): Promise<Actor | null>;
  /** @throws {DomainError} unauthenticated, not_found */
  as(action: Action): Promise<Ctx>;
}

/** Connections of the web process: several short reads a page, never a long one. */
const WEB_POOL = { max: 10, applicationName: "throughline-web", statementTimeoutMs: 15_000 } as const;

interface WebResources {
  pool: Pool;
  series: Promise<TimeSeriesStore> | null;
  live: LiveHub | null;
  vitals: { askedMs: number; answer: Promise<Vitals> } | null;
  shared: SharedReads;
  rates: Rates;
}

/** Requests to the pages in a minute. */
interface Rates {
  /** of one person or program, however many browsers they have */
  person: RateLimiter;
  /** of one address, by whoever is not known */
  stranger: RateLimiter;
}

declare global {
  // The development server reloads this module on every edit; the pool must outlive that.
  var throughlineWeb: WebResources | undefined;
}

function resources(): WebResources {
  if (!globalThis.throughlineWeb) {
    const pool = openPool(webDatabaseUrl(), WEB_POOL);
    globalThis.throughlineWeb = {
      pool,
      series: null,
      live: null,
      vitals: null,
      shared: new SharedReads(),
      rates: {
        person: new RateLimiter(pool, { allowed: 1_200, windowS: 60 }),
        stranger: new RateLimiter(pool, { allowed: 600, windowS: 60 }),
      },
    };
  }
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

/** A request to the web process, by its headers. */
export function visitOf(headers: Headers): Visit {
  const { pool, shared } = resources();
  return openVisit(pool, headers, Date.now, shared);
}

/** The same on a pool of the caller's choice; without `shared` every read asks the database. */
export function openVisit(
  pool: Pool,
  headers: Headers,
  now: () => number = Date.now,
  shared: SharedReads | null = null,
): Visit {
  let asked: Promise<Actor | null> | null = null;
  let teams: Promise<string[]> | null = null;
  const who = () => (asked ??= findActor(doorAccess(pool), headers, now()));
  const teamsOnce = (orgId: string) => (teams ??= teamsOf(doorAccess(pool), orgId));
  return { who, as: async (action) => contextFor(pool, await who(), action, now, teamsOnce, shared) };
}

/**
 * The context of somebody for one action. Whoever may not do it at all is told the same as somebody who asks for what does not exist.
 * @throws {DomainError} unauthenticated, not_found
 */
export async function contextFor(
  pool: Pool,
  actor: Actor | null,
  action: Action,
  now: () => number = Date.now,
  allTeams: (orgId: string) => Promise<string[]> = (orgId) => teamsOf(doorAccess(pool), orgId),
  shared: SharedReads | null = null,
): Promise<Ctx> {
  if (actor === null) throw new DomainError("unauthenticated", "Sign in first: your session is over or was ended.");
  const reach = reachOf(actor, action);
  if (reach === null) throw new DomainError("not_found", NOT_HERE, { action, actor: actor.id });
  const teamIds = reach.scope === "org" ? await allTeams(actor.orgId) : reach.scope === "team" ? reach.teamIds : [];
  const sees = reach.scope === "org" ? sightOf(action) : [];
  const limits = actor.kind === "system" ? "all" : { orgId: actor.orgId, ownerId: ownerIdOf(actor), teamIds, sees };
  return context(pool, actor, limits, now, shared);
}

function context(
  pool: Pool,
  actor: Actor,
  limits: Limits | "all",
  now: () => number,
  shared: SharedReads | null = null,
): Ctx {
  const access = new Access(pool, limits);
  return {
    actor,
    scope: access.scope,
    sql: access,
    transaction: (work) => access.transaction(work),
    stream: (work) => access.stream(work),
    shared: (question, read) => (shared ? shared.read(`${access.scope} ${question}`, read) : read()),
    forgetShared: () => shared?.forget(),
    door: doorAccess(pool),
    now,
  };
}

/** For whoever finds out who somebody is: sign-in, and the door of the nodes, which bring the token of the broker. */
export function webDoor(): Access {
  return doorAccess(resources().pool);
}

export const NOT_HERE = "There is no such thing here, or it is not yours to see.";

/** The context of one of our own processes, which works for everybody. @param name what the audit log calls it */
export async function systemContext(pool: Pool, name: string): Promise<Ctx> {
  const { rows } = await pool.query<{ org: string }>("select first_org() as org");
  return context(pool, systemActor(name, rows[0]?.org ?? ""), "all", Date.now);
}

/** Health checks come from anywhere and by the dozen: figures of the last second serve them all, ms. */
const VITALS_FRESH_MS = 1_000;

/** Whether the database answers, and figures of the whole installation that name nothing and nobody; at most a second old. */
export function readVitals(): Promise<Vitals> {
  const shared = resources();
  const nowMs = performance.now();
  const fresh = shared.vitals;
  if (fresh && nowMs - fresh.askedMs < VITALS_FRESH_MS) return fresh.answer;
  const asked = { askedMs: nowMs, answer: askVitals(shared.pool) };
  shared.vitals = asked;
  asked.answer.catch(() => {
    if (shared.vitals === asked) shared.vitals = null; // a failure is told to those who wait for it, and not kept
  });
  return asked.answer;
}

async function askVitals(pool: Pool): Promise<Vitals> {
  const started = performance.now();
  const { rows } = await doorAccess(pool).query<Omit<Vitals, "tookMs" | "connections">>(
    `select last_batch_ms as "lastBatchMs", online, offline, quarantined, proposed from system_vitals()`,
  );
  const [figures] = rows;
  if (!figures) throw new Error("the database gave no figures");
  const { idleCount, totalCount, waitingCount } = pool;
  return {
    ...figures,
    tookMs: Math.round(performance.now() - started),
    connections: { idle: idleCount, busy: totalCount - idleCount, queued: waitingCount },
  };
}

export interface Vitals {
  lastBatchMs: number | null;
  online: number;
  offline: number;
  quarantined: number;
  proposed: number;
  tookMs: number;
  connections: { idle: number; busy: number; queued: number };
}

/** What counts the requests of all web processes together. */
export function webRates(): Rates {
  return resources().rates;
}

/** Tells browsers of this process what changed. */
export function webLiveHub(): LiveHub {
  const shared = resources();
  shared.live ??= new LiveHub(webDatabaseUrl, (what, cause) => webLog().error({ err: cause }, what));
  return shared.live;
}

/** The store of readings that the migrations chose; asked once, and again after a failure. */
export function webTimeSeries(): Promise<TimeSeriesStore> {
  const shared = resources();
  if (!shared.series) {
    shared.series = openTimeSeries(doorAccess(shared.pool)).catch((cause: unknown) => {
      shared.series = null;
      throw cause;
    });
  }
  return shared.series;
}
