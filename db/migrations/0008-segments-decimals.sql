-- Home `segments`: most sensors report a fixed number of decimals. Such values are whole numbers over a power of ten, exactly; as
-- int4 they take half the space of float8. A segment uses one of the two columns.
do $outer$
begin
  if (select home from timeseries_home) <> 'segments' then
    return;
  end if;

  alter table segments alter column v drop not null;
  alter table segments add column divisor int4;
  alter table segments add column m int4[];
  comment on column segments.v is 'values; null elements where there is none; null when they are in m';
  comment on column segments.m is 'value i is m[i] / divisor, which gives back the very float8 that was written; null when they are in v';

  create or replace view readings as
    select s.stream_id, s.t0 + coalesce(r.dt::int8, r.i - 1) * s.tick_us * interval '1 microsecond' as ts,
      coalesce(r.value, r.whole::float8 / s.divisor) as value, coalesce(r.quality, 0::int2) as quality
    from segments s
    cross join lateral unnest(s.dt, s.v, s.m, s.q) with ordinality as r (dt, value, whole, quality, i);

  create or replace function readings_between(streams int[], from_ts timestamptz, to_ts timestamptz)
  returns table (stream_id int, ts timestamptz, value float8, quality int2)
  language sql stable set search_path = pg_catalog, public as $$
    select x.stream_id, x.ts, x.value, x.quality
    from (
      select s.stream_id, s.t0 + coalesce(r.dt::int8, r.i - 1) * s.tick_us * interval '1 microsecond' as ts,
        coalesce(r.value, r.whole::float8 / s.divisor) as value, coalesce(r.quality, 0::int2) as quality
      from public.segments s
      cross join lateral unnest(s.dt, s.v, s.m, s.q) with ordinality as r (dt, value, whole, quality, i)
      where s.stream_id = any (streams) and s.t0 >= date_trunc('hour', from_ts, 'UTC') and s.t0 < to_ts and s.t1 >= from_ts
    ) x
    where x.ts >= from_ts and x.ts < to_ts
  $$;
end
$outer$;
