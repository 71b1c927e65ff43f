import type { Pool } from "pg";
import type { ReadingBlock, TimeSeriesStore } from "@/db/timeseries/port";

/** latest_values are written at most this often, ms: an upsert per batch would cost a third of the throughput. */
const PACE_MS = 250;
const DAY_MS = 86_400_000;

interface Latest {
  tsMs: number;
  value: number;
  quality: number;
}

/**
 * Keeps `latest_values`: one row per stream, moved only by a newer event time. Changes gather in memory and are written
 * together; what a crash loses of them is found again by `rebuild`, because the readings themselves are committed.
 */
export class LatestValues {
  readonly #pending = new Map<number, Latest>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;

  constructor(
    private readonly pool: Pool,
    private readonly moved: (streamIds: readonly number[]) => void,
    private readonly onError: (cause: unknown) => void,
  ) {}

  add(blocks: readonly ReadingBlock[]): void {
    for (const { streamId, tsMs, values, quality } of blocks) {
      let newest = 0;
      for (let i = 1; i < tsMs.length; i++) if ((tsMs[i] ?? 0) >= (tsMs[newest] ?? 0)) newest = i;
      const ts = tsMs[newest];
      const before = this.#pending.get(streamId);
      if (ts === undefined || (before && before.tsMs > ts)) continue;
      this.#pending.set(streamId, { tsMs: ts, value: values[newest] ?? Number.NaN, quality: quality?.[newest] ?? 0 });
    }
    this.#arm();
  }

  /** Writes what is pending. After a failure the changes stay pending. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#writing) return this.#writing;
    if (this.#pending.size === 0) return;
    const taken = [...this.#pending].sort(([a], [b]) => a - b); // one order of locks for all replicas
    this.#pending.clear();
    this.#writing = this.#write(taken).finally(() => {
      this.#writing = null;
      if (this.#pending.size > 0) this.#arm();
    });
    return this.#writing;
  }

  async #write(taken: [number, Latest][]): Promise<void> {
    try {
      const { rows } = await this.pool.query<{ id: number }>(
        `insert into latest_values as l (stream_id, ts, value, quality, received_at)
         select id, to_timestamp(ts / 1000), nullif(value, 'NaN'), quality, now() from unnest($1::int[], $2::float8[], $3::float8[], $4::int2[]) as n (id, ts, value, quality)
         on conflict (stream_id) do update set ts = excluded.ts, value = excluded.value, quality = excluded.quality, received_at = excluded.received_at where excluded.ts > l.ts
         returning stream_id as id`,
        [
          taken.map(([id]) => id),
          taken.map(([, { tsMs }]) => tsMs),
          taken.map(([, { value }]) => value),
          taken.map(([, { quality }]) => quality),
        ],
      );
      if (rows.length > 0) this.moved(rows.map(({ id }) => id));
    } catch (cause) {
      for (const [id, latest] of taken)
        if ((this.#pending.get(id)?.tsMs ?? -Infinity) < latest.tsMs) this.#pending.set(id, latest);
      this.onError(cause);
    }
  }

  /** Looks behind each stream's latest row for newer readings that were committed when a process died before it moved the row. */
  async rebuild(store: TimeSeriesStore, nowMs: number): Promise<number> {
    const { rows } = await this.pool.query<{ id: number; fromMs: number | null }>(
      `select s.id, (extract(epoch from l.ts) * 1000)::float8 as "fromMs" from streams s left join latest_values l on l.stream_id = s.id
       where s.status = 'accepted' and (l.ts is null or exists (select 1 from ingest_lanes i where i.node_id = s.node_id and i.last_batch_at > now() - interval '1 day'))`,
    );
    let found = 0;
    for (const { id, fromMs } of rows) {
      const readings = await store.readRange(this.pool, {
        streamId: id,
        fromMs: fromMs === null ? nowMs - 30 * DAY_MS : fromMs + 0.001,
        toMs: nowMs + DAY_MS,
      });
      if (readings.tsMs.length === 0) continue;
      this.add([{ streamId: id, ...readings }]);
      found++;
    }
    await this.flush();
    return found;
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => void this.flush(), PACE_MS);
  }
}
