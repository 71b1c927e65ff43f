import { Client } from "pg";
import { z } from "zod";
import type { Sql } from "@/db/access";

/** What a browser is told. `latest` carries values; `changed` only says which lists to read again. */
export type LiveMessage =
  | { type: "latest"; readings: { id: number; tsMs: number; value: number | null; quality: number }[] }
  | { type: "changed"; what: Changing };

/** Lists that browsers read again; what concerns only some people is told to them alone. */
type Changing = "nodes" | "quarantine" | "events" | "jobs" | "inbox";
const EVERYTHING: readonly Changing[] = ["nodes", "quarantine", "events", "jobs", "inbox"];

export interface LiveSubscriber {
  /** How this browser's reader may look into the database. */
  sql: Sql;
  /** Equal for subscribers who see the same rows: they share one read. */
  scope: string;
  streams: ReadonlySet<number>;
  /** Whose own jobs and notifications these are. */
  ownerId: string;
  /** May see the jobs of everybody. */
  seesJobs: boolean;
  send(message: LiveMessage): void;
}

/** Whom a change concerns. */
const OwnersNotice = z.object({ owners: z.union([z.array(z.string()), z.literal("all")]) });
const LatestNotice = z.object({ streams: z.union([z.array(z.int()), z.literal("many")]) });

/** Streams are told at most four times a second, lists at most once. */
const LATEST_EVERY_MS = 250;
const CHANGED_EVERY_MS = 1_000;
const RECONNECT_MS = 1_000;
const CHANNELS = new Map<string, Changing>([
  ["tl_events", "events"],
  ["tl_inbox", "inbox"],
  ["tl_jobs", "jobs"],
  ["tl_nodes", "nodes"],
  ["tl_quarantine", "quarantine"],
]);

/**
 * Fans database notifications out to the browsers of this process over one connection of its own.
 *
 * IDLE: nobody listens, no connection. LISTENING: one connection, notices gathered for 250 ms, then one read of the newest values for
 * all subscribers together. BROKEN: the connection was lost; it is opened again every second, and a reconnect tells everybody to
 * read their lists again, because notices in between are gone.
 */
export class LiveHub {
  private readonly subscribers = new Set<LiveSubscriber>();
  private client: Client | null = null;
  private connecting = false;
  private readonly due = new Set<number>();
  private allDue = false;
  private latestTimer: NodeJS.Timeout | null = null;
  private latestSentMs = 0;
  /** What was told within the last second, and to whom it has to be told again when that is over. */
  private readonly told = new Map<Changing, Set<string> | "all" | null>();

  constructor(
    private readonly url: () => string,
    private readonly onProblem: (what: string, cause: unknown) => void,
  ) {}

  get size(): number {
    return this.subscribers.size;
  }

  /** @returns the end of the subscription */
  subscribe(subscriber: LiveSubscriber): () => void {
    this.subscribers.add(subscriber);
    void this.connect();
    for (const id of subscriber.streams) this.due.add(id);
    this.scheduleLatest();
    return () => {
      this.subscribers.delete(subscriber);
      if (this.subscribers.size === 0) void this.disconnect();
    };
  }

  private async connect(): Promise<void> {
    if (this.client || this.connecting) return;
    this.connecting = true;
    const client = new Client({
      connectionString: this.url(),
      application_name: "throughline-web-live",
      keepAlive: true,
    });
    client.on("notification", ({ channel, payload }) => this.notice(channel, payload ?? ""));
    client.on("error", (cause) => this.lost(client, cause));
    client.on("end", () => this.lost(client, null));
    try {
      await client.connect();
      await client.query(
        "listen tl_latest; listen tl_events; listen tl_nodes; listen tl_quarantine; listen tl_jobs; listen tl_inbox",
      );
      this.client = client;
      for (const what of EVERYTHING) this.broadcast(what, "all");
    } catch (cause) {
      this.lost(client, cause);
    } finally {
      this.connecting = false;
    }
  }

  private lost(client: Client, cause: unknown): void {
    if (cause !== null) this.onProblem("the connection that listens for changes was lost", cause);
    if (this.client !== client && this.client !== null) return;
    this.client = null;
    if (this.subscribers.size > 0)
      setTimeout(() => {
        if (this.subscribers.size > 0) void this.connect();
      }, RECONNECT_MS).unref();
  }

  private async disconnect(): Promise<void> {
    const client = this.client;
    this.client = null;
    await client?.end().catch((cause: unknown) => this.onProblem("closing the listening connection failed", cause));
  }

  private notice(channel: string, payload: string): void {
    if (channel === "tl_latest") {
      const notice = LatestNotice.safeParse(parseJson(payload));
      if (!notice.success || notice.data.streams === "many") this.allDue = true;
      else for (const id of notice.data.streams) this.due.add(id);
      this.scheduleLatest();
      return;
    }
    const what = CHANNELS.get(channel);
    if (!what) return;
    const owners = OwnersNotice.safeParse(parseJson(payload));
    this.change(what, owners.success && owners.data.owners !== "all" ? new Set(owners.data.owners) : "all");
  }

  /** The first notice after a pause goes out at once; those of the second after it together at its end, so that the last is never lost. */
  private change(what: Changing, whom: Set<string> | "all"): void {
    const waiting = this.told.get(what);
    if (waiting !== undefined) {
      this.told.set(what, whom === "all" || waiting === "all" ? "all" : new Set([...(waiting ?? []), ...whom]));
      return;
    }
    this.broadcast(what, whom);
    this.told.set(what, null);
    setTimeout(() => {
      const again = this.told.get(what);
      this.told.delete(what);
      if (again) this.change(what, again);
    }, CHANGED_EVERY_MS).unref();
  }

  /** The first notice after a pause goes out at once, later ones every 250 ms. */
  private scheduleLatest(): void {
    if (this.latestTimer) return;
    const waitMs = Math.max(0, this.latestSentMs + LATEST_EVERY_MS - performance.now());
    this.latestTimer = setTimeout(() => {
      this.latestTimer = null;
      this.latestSentMs = performance.now();
      void this.sendLatest();
    }, waitMs).unref();
  }

  private async sendLatest(): Promise<void> {
    const due = this.allDue ? null : new Set(this.due);
    this.due.clear();
    this.allDue = false;
    const scopes = new Map<string, LiveSubscriber[]>();
    for (const subscriber of this.subscribers)
      scopes.set(subscriber.scope, [...(scopes.get(subscriber.scope) ?? []), subscriber]);
    await Promise.all([...scopes.values()].map((alike) => this.sendLatestTo(alike, due)));
  }

  /** One read for subscribers who see the same rows. @param due streams that changed; null = any may have */
  private async sendLatestTo(alike: readonly LiveSubscriber[], due: ReadonlySet<number> | null): Promise<void> {
    const wanted = new Set(alike.flatMap((subscriber) => [...subscriber.streams]));
    const ids = [...wanted].filter((id) => due === null || due.has(id));
    const sql = alike[0]?.sql;
    if (ids.length === 0 || !sql) return;
    try {
      const { rows } = await sql.query<{ id: number; tsMs: number; value: number | null; quality: number }>(
        `select stream_id as id, (extract(epoch from ts) * 1000)::float8 as "tsMs", value, quality from latest_values where stream_id = any($1)`,
        [ids],
      );
      for (const subscriber of alike) {
        const readings = rows
          .filter((row) => subscriber.streams.has(row.id))
          .map((row) => ({ ...row, value: row.value !== null && Number.isFinite(row.value) ? row.value : null }));
        if (readings.length > 0) subscriber.send({ type: "latest", readings });
      }
    } catch (cause) {
      // The next notice reads again; until then the page shows the age of what it has.
      this.onProblem("reading the newest values failed", cause);
    }
  }

  private broadcast(what: Changing, whom: Set<string> | "all"): void {
    for (const subscriber of this.subscribers) {
      const concerned = whom === "all" || whom.has(subscriber.ownerId) || (what === "jobs" && subscriber.seesJobs);
      if (concerned) subscriber.send({ type: "changed", what });
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not ours: treated like "many"
  }
}
