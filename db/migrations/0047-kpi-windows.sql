-- Windows of KPIs that end on the next day, readings that are due more seldom than the stream sends them, and how well an hour is covered
-- without looking at its minutes.

alter table kpi_versions
  drop constraint kpi_versions_check,
  add constraint kpi_versions_window check (from_minute < 1440 and to_minute between 1 and 1440 and to_minute <> from_minute),
  add column due_every_s int check (due_every_s between 60 and 86400);
comment on column kpi_versions.to_minute is 'A window that ends before it starts ends on the next day, and belongs to the day on which it starts';
comment on column kpi_versions.due_every_s is 'How often a reading is needed for a window to be covered; null: as often as the stream promises';

alter table rollup_1h add column minutes int2 check (minutes between 0 and 60);
update rollup_1h h set minutes = m.minutes
from (select stream_id, date_trunc('hour', bucket, 'UTC') as hour, count(*) filter (where n > 0) as minutes from rollup_1m group by 1, 2) m
where m.stream_id = h.stream_id and m.hour = h.bucket;
-- An hour whose minutes are gone is covered as far as anybody can know.
update rollup_1h set minutes = least(60, n) where minutes is null;
alter table rollup_1h alter column minutes set not null;
comment on column rollup_1h.minutes is 'How many of its minutes hold a usable reading';
