import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DemoHistory, DemoPage, DemoStory } from "./schema";

/**
 * Notes what the demo's nodes were given to send and which stories are in it. The same again changes nothing, so it may be
 * told at each start.
 */
export async function noteHistory(
  ctx: Pick<Ctx, "transaction" | "actor">,
  told: { histories: readonly DemoHistory[]; stories: readonly DemoStory[] },
): Promise<void> {
  const histories = told.histories.map((history) => DemoHistory.parse(history));
  const stories = told.stories.map((story) => DemoStory.parse(story));
  await ctx.transaction(async (tx) => {
    const noted = await tx.query(
      `insert into demo_histories as h (node_id, seed, from_ts, to_ts, epoch, lanes)
       select n.node, n.seed, to_timestamp(n."fromMs" / 1000), to_timestamp(n."toMs" / 1000), n.epoch, n.lanes
       from jsonb_to_recordset($1::jsonb) as n (node text, seed int8, "fromMs" float8, "toMs" float8, epoch text, lanes jsonb)
       on conflict (node_id) do update set seed = excluded.seed, from_ts = excluded.from_ts, to_ts = excluded.to_ts, epoch = excluded.epoch, lanes = excluded.lanes, noted_at = now()
       where (h.seed, h.from_ts, h.to_ts, h.epoch, h.lanes) is distinct from (excluded.seed, excluded.from_ts, excluded.to_ts, excluded.epoch, excluded.lanes)`,
      [JSON.stringify(histories)],
    );
    const planted = await tx.query(
      `insert into demo_stories as d (id, node_id, stream_key, title, sentence, cause, from_ts, to_ts)
       select s.id, s.node, s.stream, s.title, s.sentence, s.cause, to_timestamp(s."fromMs" / 1000), to_timestamp(s."toMs" / 1000)
       from jsonb_to_recordset($1::jsonb) as s (id text, node text, stream text, title text, sentence text, cause text, "fromMs" float8, "toMs" float8)
       on conflict (id) do update set node_id = excluded.node_id, stream_key = excluded.stream_key, title = excluded.title, sentence = excluded.sentence, cause = excluded.cause,
         from_ts = excluded.from_ts, to_ts = excluded.to_ts
       where (d.node_id, d.stream_key, d.title, d.sentence, d.cause, d.from_ts, d.to_ts)
         is distinct from (excluded.node_id, excluded.stream_key, excluded.title, excluded.sentence, excluded.cause, excluded.from_ts, excluded.to_ts)`,
      [JSON.stringify(stories)],
    );
    if ((noted.rowCount ?? 0) + (planted.rowCount ?? 0) === 0) return;
    await audit(tx, ctx, { action: "demo.history", subject: "demo:history", after: { histories, stories } });
  });
}

/** Notes which pages are worth a look, once what they tell is written. The same again changes nothing. */
export async function notePages(ctx: Pick<Ctx, "transaction" | "actor">, told: readonly DemoPage[]): Promise<void> {
  const pages = told.map((page) => DemoPage.parse(page));
  await ctx.transaction(async (tx) => {
    const noted = await tx.query(
      `insert into demo_stories as d (id, title, sentence, href)
       select p.id, p.title, p.sentence, p.href from jsonb_to_recordset($1::jsonb) as p (id text, title text, sentence text, href text)
       on conflict (id) do update set title = excluded.title, sentence = excluded.sentence, href = excluded.href
       where (d.title, d.sentence, d.href) is distinct from (excluded.title, excluded.sentence, excluded.href)`,
      [JSON.stringify(pages)],
    );
    if ((noted.rowCount ?? 0) === 0) return;
    await audit(tx, ctx, { action: "demo.pages", subject: "demo:pages", after: { pages } });
  });
}
