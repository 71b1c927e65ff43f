import type { Sql } from "@/db/access";
import { chartLink, type WhatToLookAt } from "./domain/look-at";
import { type DemoHistory, type DemoPage, type DemoStory, HistoryLanes } from "./schema";

/** A story with its chart; no link while its stream has not come. */
export interface KnownStory extends DemoStory {
  link: string | null;
}

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

/** The stories that a chart tells, whose nodes this reader may see, oldest first. */
export async function listStories(sql: Sql): Promise<KnownStory[]> {
  const { rows } = await sql.query<DemoStory & { streamId: number | null }>(
    `select d.id, d.node_id as node, d.stream_key as stream, d.title, d.sentence, d.cause, ${ms("d.from_ts")} as "fromMs", ${ms("d.to_ts")} as "toMs", s.id as "streamId"
     from demo_stories d join nodes n on n.id = d.node_id left join streams s on s.node_id = d.node_id and s.key = d.stream_key and s.status = 'accepted'
     where d.href is null order by d.from_ts`,
  );
  return rows.map(({ streamId, ...row }) => ({
    ...row,
    link: streamId === null ? null : chartLink(streamId, row.fromMs, row.toMs),
  }));
}

/** The pages of ours that are worth a look, in the order in which a visitor follows them: what to fund, when, and what it gave. */
export async function listPages(sql: Sql): Promise<DemoPage[]> {
  const { rows } = await sql.query<DemoPage>(
    "select id, title, sentence, href from demo_stories where href is not null order by array_position(array['portfolio', 'plan', 'go-live'], id), id",
  );
  return rows;
}

/** A history, and how many of its batches the ledger has settled, by lane: stored or refused. */
export interface KnownHistory extends DemoHistory {
  settled: Record<keyof HistoryLanes, number>;
}

/** What the nodes' buffers were given, beside what has come. */
export async function listHistories(sql: Sql): Promise<KnownHistory[]> {
  const { rows } = await sql.query<
    Omit<DemoHistory, "lanes"> & { lanes: unknown; settled: Partial<KnownHistory["settled"]> }
  >(
    `select h.node_id as node, h.seed::float8 as seed, ${ms("h.from_ts")} as "fromMs", ${ms("h.to_ts")} as "toMs", h.epoch, h.lanes,
       coalesce((
         select jsonb_object_agg(l.lane, (
           select coalesce(sum(upper(r) - lower(r)), 0) from unnest(
             (l.ranges + int8multirange(int8range(0, l.up_to + 1)))
             * int8multirange(int8range((p.value->>'batch')::int8, (p.value->>'batch')::int8 + (p.value->>'batches')::int8))) r))
         from jsonb_each(h.lanes) p join ingest_lanes l on l.node_id = h.node_id and l.epoch = h.epoch and l.lane = p.key), '{}') as settled
     from demo_histories h order by h.node_id`,
  );
  return rows.map(({ lanes, settled, ...row }) => ({
    ...row,
    lanes: HistoryLanes.parse(lanes),
    settled: { telemetry: 0, inference: 0, events: 0, ...settled },
  }));
}

/** What the card on the first page holds, for the nodes that this reader may see. */
export async function getWhatToLookAt(sql: Sql): Promise<WhatToLookAt> {
  const [stories, pages, histories] = await Promise.all([listStories(sql), listPages(sql), listHistories(sql)]);
  const expected = sum(histories.flatMap(({ lanes }) => Object.values(lanes).map(({ batches }) => batches)));
  const arrived = sum(histories.flatMap(({ settled }) => Object.values(settled)));
  return {
    stories: [
      ...stories.flatMap(({ id, title, sentence, link }) =>
        link === null ? [] : [{ id, title, sentence, href: link }],
      ),
      ...pages,
    ],
    arriving: arrived < expected ? { arrived, expected } : null,
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
