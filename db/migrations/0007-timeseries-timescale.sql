-- The home `timescale`: one narrow hypertable. Nothing happens here in the other home.
do $outer$
begin
  if (select home from timeseries_home) <> 'timescale' then
    return;
  end if;

  -- Widest columns first: no padding, 8 bytes less per row.
  create table readings_narrow (
    ts timestamptz not null,
    value float8,
    stream_id int not null,
    quality int2 not null default 0
  );
  perform create_hypertable('readings_narrow'::regclass, 'ts', chunk_time_interval => interval '1 day', create_default_indexes => false);
  create index readings_narrow_by_stream on readings_narrow (stream_id, ts);
  grant select, insert on readings_narrow to throughline_app;

  -- What was written since the rollups' last run: a row per stream and write, not per reading.
  create table readings_touched (
    from_ts timestamptz not null,
    to_ts timestamptz not null,
    txid xid8 not null default pg_current_xact_id(),
    stream_id int not null
  );
  create index readings_touched_by_txid on readings_touched (txid);
  grant select, insert, delete on readings_touched to throughline_app;

  create view readings as select stream_id, ts, value, quality from readings_narrow;
  grant select on readings to throughline_app;

  create function readings_between(streams int[], from_ts timestamptz, to_ts timestamptz)
  returns table (stream_id int, ts timestamptz, value float8, quality int2)
  language sql stable set search_path = pg_catalog, public as $$
    select r.stream_id, r.ts, r.value, r.quality from public.readings_narrow r
    where r.stream_id = any (streams) and r.ts >= from_ts and r.ts < to_ts
  $$;

  -- The hypertable makes its own chunks; the check of plausible times is the same as in the other home.
  create function timeseries_prepare(from_ts timestamptz, to_ts timestamptz) returns int
  language plpgsql security definer set search_path = pg_catalog, public as $$
  begin
    if from_ts < '1990-01-01' or to_ts > now() + interval '400 days' or to_ts - from_ts > interval '3700 days' then
      raise exception 'readings from % to % are outside of what can be stored (1990 to one year ahead, ten years at once)', from_ts, to_ts
        using errcode = 'datetime_field_overflow';
    end if;
    return 0;
  end
  $$;

  create function timeseries_retain(before_ts timestamptz) returns setof text
  language plpgsql security definer set search_path = pg_catalog, public set lock_timeout = '5s' as $$
  begin
    return query select drop_chunks('public.readings_narrow'::regclass, older_than => before_ts);
  end
  $$;
  revoke all on function timeseries_prepare, timeseries_retain from public;
  grant execute on function timeseries_prepare, timeseries_retain to throughline_app;

  -- Community licence: closed chunks become columns. Rollups stay with our job in both tiers (docs/adr).
  if (select licence from timeseries_home) = 'timescale' then
    alter table readings_narrow set (timescaledb.compress, timescaledb.compress_segmentby = 'stream_id', timescaledb.compress_orderby = 'ts');
    perform add_compression_policy('readings_narrow'::regclass, compress_after => interval '2 days');
  end if;
end
$outer$;
