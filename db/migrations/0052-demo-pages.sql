-- What there is to see in a demo is not only in charts: a story may be told by a page of ours, which has no stream and no time.

alter table demo_stories
  alter column node_id drop not null,
  alter column stream_key drop not null,
  alter column cause drop not null,
  alter column from_ts drop not null,
  alter column to_ts drop not null,
  add constraint demo_stories_told_by_page_or_chart check (
    case when href is null then num_nulls(node_id, stream_key, cause, from_ts, to_ts) = 0
      else num_nonnulls(node_id, stream_key, cause, from_ts, to_ts) = 0 end);

-- A page asks itself who may read what; a chart is its node's.
drop policy somebody on demo_stories;
create policy somebody on demo_stories to throughline_web
  using (node_id is null or exists (select from nodes n where n.id = node_id))
  with check (node_id is null or exists (select from nodes n where n.id = node_id));
