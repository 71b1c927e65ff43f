import type { Pool } from "pg";
import type { StreamEntry } from "./resolve";

/** Streams by the alias that one boot's birth gave them. */
export type Aliases = ReadonlyMap<string, StreamEntry>;

interface KnownNode {
  status: "proposed" | "accepted" | "retired";
  trusted: boolean;
  /** epoch of the newest birth */
  epoch: string | null;
  /** every epoch that some birth announced */
  epochs: ReadonlySet<string>;
  byKey: ReadonlyMap<string, StreamEntry>;
  boots: Map<string, Aliases>;
}

/** Nodes kept in memory; the one asked for longest ago is dropped. */
const MAX_NODES = 20_000;

/**
 * What the database knows about nodes, cached. A miss is never an answer: `load` asks the database, because another
 * replica may have taken the birth. Whoever changes a node or stream sends `tl_registry`, and the entry is dropped here.
 */
export class Registry {
  readonly #nodes = new Map<string, KnownNode>();
  /** Reads under way. One that is no longer here when it ends was overtaken by a change: good for its callers, too old to keep. */
  readonly #loading = new Map<string, Promise<KnownNode | null>>();
  readonly #loadingBoots = new Map<string, Map<string, Promise<Aliases | null>>>();

  constructor(private readonly pool: Pool) {}

  /** From memory only; `undefined` when the database has to be asked. */
  peek(node: string): KnownNode | undefined {
    return this.#nodes.get(node);
  }

  peekAliases(node: string, boot: string): Aliases | undefined {
    return this.#nodes.get(node)?.boots.get(boot);
  }

  /** `null` when the node is not registered. */
  async load(node: string): Promise<KnownNode | null> {
    const known = this.#nodes.get(node);
    if (known) return known;
    const running = this.#loading.get(node);
    if (running) return running;
    const loading = this.#read(node);
    this.#loading.set(node, loading);
    try {
      const read = await loading;
      if (read && this.#loading.get(node) === loading) this.#remember(node, read);
      return read;
    } finally {
      if (this.#loading.get(node) === loading) this.#loading.delete(node);
    }
  }

  /** The aliases of a boot, or `null` when its birth has not been seen by anyone. */
  async loadAliases(node: string, boot: string): Promise<Aliases | null> {
    const cached = this.#nodes.get(node)?.boots.get(boot);
    if (cached) return cached;
    const boots = this.#loadingBoots.get(node) ?? new Map<string, Promise<Aliases | null>>();
    const running = boots.get(boot);
    if (running) return running;
    const loading = this.#readBoot(node, boot);
    this.#loadingBoots.set(node, boots.set(boot, loading));
    try {
      return await loading;
    } finally {
      if (boots.get(boot) === loading) boots.delete(boot);
      if (boots.size === 0 && this.#loadingBoots.get(node) === boots) this.#loadingBoots.delete(node);
    }
  }

  forget(node: string): void {
    this.#nodes.delete(node);
    this.#loading.delete(node);
    this.#loadingBoots.delete(node);
  }

  forgetAll(): void {
    this.#nodes.clear();
    this.#loading.clear();
    this.#loadingBoots.clear();
  }

  async #readBoot(node: string, boot: string): Promise<Aliases | null> {
    const known = await this.load(node);
    if (!known) return null;
    const cached = known.boots.get(boot);
    if (cached) return cached;
    const aliases = await readAliases(this.pool, node, boot, known.byKey);
    if (aliases === "newer") {
      // The birth was committed between the two reads: what we know of the node is older than it.
      this.forget(node);
      return this.#readBoot(node, boot);
    }
    // If the node changed meanwhile, `known` is no longer the one that is kept.
    if (aliases) known.boots.set(boot, aliases);
    return aliases;
  }

  async #read(node: string): Promise<KnownNode | null> {
    const { rows } = await this.pool.query<{
      status: KnownNode["status"];
      trusted: boolean;
      epoch: string | null;
      epochs: string[] | null;
    }>(
      "select status, trusted, epoch, (select array_agg(distinct b.epoch) from births b where b.node_id = n.id) as epochs from nodes n where id = $1",
      [node],
    );
    const row = rows[0];
    if (!row) return null;
    const streams = await this.pool.query<StreamEntry>(
      // Nothing of a retired node is stored, whatever its streams are by themselves.
      "select id, key, type, unit, case when $2 then 'retired' else status end as status from streams where node_id = $1",
      [node, row.status === "retired"],
    );
    return {
      status: row.status,
      trusted: row.trusted,
      epoch: row.epoch,
      epochs: new Set(row.epochs ?? []),
      byKey: new Map(streams.rows.map((stream) => [stream.key, stream])),
      boots: new Map(),
    };
  }

  #remember(node: string, known: KnownNode): void {
    if (this.#nodes.size >= MAX_NODES)
      for (const oldest of this.#nodes.keys()) {
        this.#nodes.delete(oldest);
        break;
      }
    this.#nodes.set(node, known);
  }
}

async function readAliases(
  pool: Pool,
  node: string,
  boot: string,
  byKey: ReadonlyMap<string, StreamEntry>,
): Promise<Aliases | "newer" | null> {
  const { rows } = await pool.query<{
    alias: number | null;
    id: number | null;
    key: string | null;
    promised: { unit?: string; type?: string } | null;
  }>(
    `select a.alias, a.stream_id as id, s.key, p.promised
     from births b
     left join stream_aliases a using (node_id, boot)
     left join streams s on s.id = a.stream_id
     left join lateral (select jsonb_build_object('unit', e ->> 'unit', 'type', e ->> 'type') as promised
       from jsonb_array_elements(b.document -> 'streams') e where (e ->> 'alias')::int = a.alias limit 1) p on true
     where b.node_id = $1 and b.boot = $2`,
    [node, boot],
  );
  if (rows.length === 0) return null;
  const aliases = new Map<string, StreamEntry>();
  for (const { alias, key, promised } of rows) {
    if (alias === null || key === null) continue; // a birth without streams
    const stream = byKey.get(key);
    if (!stream) return "newer";
    const differs = (promised?.unit ?? stream.unit) !== stream.unit || (promised?.type ?? stream.type) !== stream.type;
    aliases.set(String(alias), differs && stream.status === "accepted" ? { ...stream, status: "conflict" } : stream);
  }
  return aliases;
}
