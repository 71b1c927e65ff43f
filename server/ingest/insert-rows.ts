import type { PoolClient } from "pg";
import type { BatchItem, Kept } from "./items";

/** Rows of events, inference and media, and an event for each value that was no number. One statement per table. */
export async function insertLaneRows(tx: PoolClient, items: readonly BatchItem[]): Promise<void> {
  const events: object[] = [];
  const inference: object[] = [];
  const media: object[] = [];
  for (const { node, rows, bad } of items) {
    for (const value of bad) {
      events.push({
        node_id: node,
        stream_id: value.streamId,
        ts: iso(value.tsMs),
        kind: "bad-value",
        severity: "low",
        data: { field: value.field, raw: value.raw },
      });
    }
    if (!rows) continue;
    if (rows.lane === "events") {
      for (const [i, row] of rows.rows.entries()) {
        const streamId = rows.streamIds[i] ?? null;
        const data = streamId === null && row.stream !== undefined ? { ...row.data, stream: row.stream } : row.data;
        events.push({
          node_id: node,
          stream_id: streamId,
          ts: iso(rows.base + row.dt),
          kind: row.kind,
          severity: row.severity ?? null,
          data,
        });
      }
    } else if (rows.lane === "inference") {
      for (const row of rows.rows) {
        inference.push({
          id: row.id,
          node_id: node,
          slot: row.slot,
          model: row.model,
          role: row.role,
          ts: iso(rows.base + row.dt),
          input: row.input,
          output: row.output,
          score: row.output.score ?? null,
          label: row.output.label ?? null,
          latency_ms: row.latencyMs,
          window_from: iso(row.window[0]),
          window_to: iso(row.window[1]),
          media: row.media,
          streams: keysIn(row.output.streams),
        });
      }
    } else {
      for (const row of rows.rows) {
        media.push({
          node_id: node,
          ts: iso(rows.base + row.dt),
          sha256: `sha256:${row.sha256}`,
          bytes: row.bytes,
          type: row.type,
          stream: row.stream,
          from_ts: iso(row.from),
          to_ts: iso(row.to),
          trigger: row.trigger ?? null,
          frame: row.frame ?? null,
        });
      }
    }
  }
  if (events.length > 0) {
    await tx.query(
      `insert into events (node_id, stream_id, ts, kind, severity, data)
       select * from jsonb_to_recordset($1::jsonb) as r (node_id text, stream_id int, ts timestamptz, kind text, severity text, data jsonb)`,
      [JSON.stringify(events)],
    );
  }
  if (inference.length > 0) {
    // An id is a uuid made once at the edge; a pipeline that is replayed there may send the same row in a new batch.
    await tx.query(
      `insert into inference (id, node_id, slot, model, role, ts, input, output, score, label, latency_ms, window_from, window_to, media, stream_ids)
       select id, node_id, slot, model, role, ts, input, output, score, label, latency_ms, window_from, window_to, media,
         (select array_agg(s.id order by s.id) from streams s where s.node_id = r.node_id and s.key = any(r.streams))
       from jsonb_to_recordset($1::jsonb) as r (id uuid, node_id text, slot text, model text, role text, ts timestamptz, input jsonb, output jsonb, score float8, label text,
         latency_ms float8, window_from timestamptz, window_to timestamptz, media text[], streams text[])
       on conflict do nothing`,
      [JSON.stringify(inference)],
    );
  }
  if (media.length > 0) {
    await tx.query(
      `insert into media_manifests (node_id, ts, sha256, bytes, type, stream, from_ts, to_ts, trigger, frame)
       select * from jsonb_to_recordset($1::jsonb) as r (node_id text, ts timestamptz, sha256 text, bytes int8, type text, stream text, from_ts timestamptz, to_ts timestamptz, trigger text, frame text)`,
      [JSON.stringify(media)],
    );
  }
}

/** A batch that came a second time with other bytes. */
export interface Mismatch {
  node: string;
  lane: string;
  epoch: string;
  batch: number;
}

/** An alarm per node and hour: two devices share an identity, or a buffer was cut. Each payload is in quarantine besides. */
export async function insertMismatches(tx: PoolClient, mismatches: readonly Mismatch[]): Promise<void> {
  const perNode = [...new Map(mismatches.map((mismatch) => [mismatch.node, mismatch])).values()];
  await tx.query(
    `insert into events (node_id, ts, kind, severity, data)
     select r.node, now(), 'sealed-mismatch', 'high', jsonb_build_object('lane', r.lane, 'epoch', r.epoch, 'batch', r.batch)
     from jsonb_to_recordset($1::jsonb) as r (node text, lane text, epoch text, batch int8)
     where not exists (select from events e where e.node_id = r.node and e.kind = 'sealed-mismatch' and e.ts > now() - interval '1 hour')`,
    [JSON.stringify(perNode)],
  );
}

export async function insertGaps(tx: PoolClient, items: readonly BatchItem[]): Promise<void> {
  const gaps = items.flatMap(({ node, lane, epoch, gaps: lost }) => lost.map((gap) => ({ node, lane, epoch, ...gap })));
  if (gaps.length === 0) return;
  await tx.query(
    `insert into gaps (node_id, lane, epoch, first_row, row_count, from_ts, to_ts, why, kept)
     select node, lane, epoch, first, count, to_timestamp(least(from_ms, to_ms) / 1000), to_timestamp(greatest(from_ms, to_ms) / 1000), why, kept
     from unnest($1::text[], $2::text[], $3::text[], $4::int8[], $5::int8[], $6::float8[], $7::float8[], $8::text[], $9::text[]) as g (node, lane, epoch, first, count, from_ms, to_ms, why, kept)
     on conflict do nothing`,
    [
      gaps.map((gap) => gap.node),
      gaps.map((gap) => gap.lane),
      gaps.map((gap) => gap.epoch),
      gaps.map((gap) => gap.first),
      gaps.map((gap) => gap.count),
      gaps.map((gap) => gap.from),
      gaps.map((gap) => gap.to),
      gaps.map((gap) => gap.why),
      gaps.map((gap) => gap.kept ?? null),
    ],
  );
}

/** Keeps payloads with their reasons. The same payload of the same node and reason, still held, is kept once. */
export async function insertKept(tx: PoolClient, kept: readonly Kept[]): Promise<number> {
  if (kept.length === 0) return 0;
  const clean = (text: string | null) => text?.replaceAll("\u0000", "\ufffd").slice(0, 1_000) ?? null;
  let inserted = 0;
  for (const entry of kept) {
    const { contentType, user, retain } = entry.source.properties;
    const properties = {
      ...(contentType === undefined ? {} : { contentType }),
      ...(user.ce === undefined ? {} : { contentEncoding: user.ce }),
      userProperties: user,
      retain,
    };
    const result = await tx.query(
      `insert into quarantine (node_id, topic, lane, epoch, batch, reason, field, message, hint, payload, properties, stream_ids, received_at)
       select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, to_timestamp($13::float8 / 1000)
       where not exists (select 1 from quarantine where node_id = $1 and reason = $6 and status = 'held' and payload = $10 and stream_ids is not distinct from $12::int[]
         and id > (select coalesce(max(id), 0) - 5000 from quarantine))`,
      [
        entry.node,
        clean(entry.source.topic),
        entry.lane,
        entry.epoch,
        entry.batch,
        entry.reason,
        clean(entry.field),
        clean(entry.message),
        clean(entry.hint),
        entry.source.payload,
        withoutNul(JSON.stringify(properties)),
        entry.streamIds,
        entry.source.receivedMs,
      ],
    );
    inserted += result.rowCount ?? 0;
  }
  return inserted;
}

/** jsonb takes no escaped NUL. */
const withoutNul = (json: string) => json.replaceAll("\\u0000", "\\ufffd");

/** The stream keys that an edge worker names in `output.streams`; what strangers put there is theirs and stays in `output`. */
function keysIn(streams: unknown): string[] {
  return Array.isArray(streams)
    ? streams.filter((key) => typeof key === "string" && !key.includes("\u0000")).slice(0, 1_000)
    : [];
}

const iso = (ms: number) => new Date(ms).toISOString();
