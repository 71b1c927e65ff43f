-- The home `segments`: one row per stream and segment, arrays instead of rows. Nothing happens here in the other home.
do $outer$
begin
  if (select home from timeseries_home) <> 'segments' then
    return;
  end if;

  create table segments (
    t0 timestamptz not null,
    t1 timestamptz not null,
    tick_us int8 not null,
    txid xid8 not null default pg_current_xact_id(),
    vmin float8,
    vmax float8,
    vsum float8,
    vsumsq float8,
    vfirst float8,
    vlast float8,
    stream_id int not null,
    n int not null,
    bad int not null,
    compacted boolean not null default false,
    dt int4[],
    v float8[] not null,
    q int2[]
  ) partition by range (t0);
  comment on table segments is 'Readings of one stream within one UTC hour. Late data are further segments that overlap; reads merge them';
  comment on column segments.t0 is 'time of the first reading; reading i is at t0 + coalesce(dt[i], i - 1) * tick_us microseconds';
  comment on column segments.dt is 'null when the readings are evenly spaced by tick_us';
  comment on column segments.v is 'null elements where there is no value';
  comment on column segments.q is 'quality codes; null when all are good';
  comment on column segments.n is 'readings in the arrays; bad of them are not usable and not in the statistics';
  comment on column segments.txid is 'the transaction that wrote it: rollups look for what came since their last run';
  create index segments_by_stream on segments (stream_id, t0);
  create index segments_by_txid on segments (txid) where not compacted;
  -- Values hardly shrink under the server''s own compression and cost time; evenly spaced offsets are not stored at all.
  alter table segments alter column v set storage external;
  grant select, insert, delete on segments to throughline_app;

  create view readings as
    select s.stream_id, s.t0 + coalesce(r.dt::int8, r.i - 1) * s.tick_us * interval '1 microsecond' as ts, r.value, coalesce(r.quality, 0::int2) as quality
    from segments s
    cross join lateral unnest(s.dt, s.v, s.q) with ordinality as r (dt, value, quality, i);
  comment on view readings is 'All readings as rows. For one stream and a time range use readings_between, which looks only at the segments it needs';
  grant select on readings to throughline_app;

  create function readings_between(streams int[], from_ts timestamptz, to_ts timestamptz)
  returns table (stream_id int, ts timestamptz, value float8, quality int2)
  language sql stable set search_path = pg_catalog, public as $$
    select x.stream_id, x.ts, x.value, x.quality
    from (
      select s.stream_id, s.t0 + coalesce(r.dt::int8, r.i - 1) * s.tick_us * interval '1 microsecond' as ts, r.value, coalesce(r.quality, 0::int2) as quality
      from public.segments s
      cross join lateral unnest(s.dt, s.v, s.q) with ordinality as r (dt, value, quality, i)
      where s.stream_id = any (streams) and s.t0 >= date_trunc('hour', from_ts, 'UTC') and s.t0 < to_ts and s.t1 >= from_ts
    ) x
    where x.ts >= from_ts and x.ts < to_ts
  $$;

  -- The application role makes no tables; these two functions make and drop partitions for it, and only those of segments.
  create function timeseries_prepare(from_ts timestamptz, to_ts timestamptz) returns int
  language plpgsql security definer set search_path = pg_catalog, public as $$
  declare
    week_start timestamptz := date_trunc('week', from_ts, 'UTC');
    partition_name text;
    made int := 0;
  begin
    if from_ts < '1990-01-01' or to_ts > now() + interval '400 days' or to_ts - from_ts > interval '3700 days' then
      raise exception 'readings from % to % are outside of what can be stored (1990 to one year ahead, ten years at once)', from_ts, to_ts
        using errcode = 'datetime_field_overflow';
    end if;
    while week_start <= to_ts loop
      partition_name := 'segments_' || to_char(week_start at time zone 'UTC', 'IYYY"w"IW');
      if to_regclass('public.' || partition_name) is null then
        perform pg_advisory_xact_lock(hashtext('throughline segments partitions'));
        -- Asked of the table, not of to_regclass: its cache does not notice what another session made while we waited.
        if not exists (select from pg_class where relname = partition_name and relnamespace = 'public'::regnamespace) then
          -- Attaching takes a weaker lock than CREATE TABLE ... PARTITION OF: writers are not held up.
          execute format('create table public.%I (like public.segments including defaults including storage including comments)', partition_name);
          execute format('alter table public.%I alter column v set storage external', partition_name);
          execute format('alter table public.segments attach partition public.%I for values from (%L) to (%L)', partition_name, week_start, week_start + interval '7 days');
          made := made + 1;
        end if;
      end if;
      week_start := week_start + interval '7 days';
    end loop;
    return made;
  end
  $$;

  create function timeseries_retain(before_ts timestamptz) returns setof text
  language plpgsql security definer set search_path = pg_catalog, public set lock_timeout = '5s' as $$
  declare
    partition record;
  begin
    for partition in
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'public.segments'::regclass
        and (to_date(substr(c.relname, 10), 'IYYY"w"IW') + 7)::timestamp at time zone 'UTC' <= before_ts
      order by c.relname
    loop
      execute format('drop table public.%I', partition.relname);
      return next partition.relname;
    end loop;
  end
  $$;
  revoke all on function timeseries_prepare, timeseries_retain from public;
  grant execute on function timeseries_prepare, timeseries_retain to throughline_app;
end
$outer$;
