import { createHash } from "node:crypto";
import { Client } from "pg";
import type { Logger } from "@/server/core/logger";

/** Class of the advisory locks by which replicas know of each other; any constant will do. */
const LOCK_CLASS = 746_120_261;
const LOOK_MS = 1_000;

/**
 * Which replica works for which node. Every replica holds an advisory lock for as long as its connection lives, and looks
 * at the list once a second; the owner of a node is the replica with the highest hash of both. Only work is saved by this:
 * when two replicas both think they own a node the ledger stores once, and when for a moment nobody does the node sends again.
 */
export class Replicas {
  #live: number[] = [];
  #client: Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  readonly #self: number;
  #owners = new Map<string, boolean>();

  constructor(
    private readonly url: string,
    replica: string,
    private readonly log: Logger,
    private readonly changed: () => void,
  ) {
    this.#self = createHash("sha256").update(replica).digest().readInt32BE(0);
  }

  get live(): number {
    return Math.max(1, this.#live.length);
  }

  async start(): Promise<void> {
    await this.#look();
  }

  owns(node: string): boolean {
    // Alone, or cut off from the list: work for everybody.
    if (this.#live.length < 2 || !this.#live.includes(this.#self)) return true;
    let owned = this.#owners.get(node);
    if (owned === undefined) {
      const mine = weight(node, this.#self);
      owned = this.#live.every((other) => weight(node, other) <= mine);
      if (this.#owners.size > 50_000) this.#owners.clear();
      this.#owners.set(node, owned);
    }
    return owned;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined); // ending is best effort at shutdown
  }

  async #look(): Promise<void> {
    try {
      const client = this.#client ?? (await this.#connect());
      const { rows } = await client.query<{ id: number }>(
        "select distinct case when objid::int8 > 2147483647 then objid::int8 - 4294967296 else objid::int8 end::int as id from pg_locks where locktype = 'advisory' and classid = $1 and objsubid = 2 and granted and database = (select oid from pg_database where datname = current_database()) order by 1",
        [LOCK_CLASS],
      );
      const live = rows.map(({ id }) => id);
      if (live.join() !== this.#live.join()) {
        this.#live = live;
        this.#owners = new Map();
        this.log.info({ replicas: live.length }, "The replicas share the nodes anew.");
        this.changed();
      }
    } catch (cause) {
      this.log.warn({ err: cause }, "The list of replicas cannot be read; working for every node meanwhile.");
      this.#lost();
    }
    if (!this.#closed) this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
  }

  async #connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.url,
      application_name: "throughline-ingest-replica",
      keepAlive: true,
    });
    client.on("error", () => this.#lost());
    await client.connect();
    await client.query("select pg_try_advisory_lock_shared($1, $2)", [LOCK_CLASS, this.#self]);
    this.#client = client;
    return client;
  }

  #lost(): void {
    this.#client?.end().catch(() => undefined); // it is broken already
    this.#client = null;
    this.#live = [];
    this.#owners = new Map();
    if (!this.#closed) this.changed();
  }
}

function weight(node: string, replica: number): number {
  return createHash("sha256").update(`${node}/${replica}`).digest().readUIntBE(0, 6);
}
