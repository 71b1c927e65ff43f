-- Time series: which home holds the readings, and what both homes share (rollups, the job's cursor).

create table timeseries_home (
  only_row boolean primary key default true check (only_row),
  home text not null check (home in ('segments', 'timescale')),
  licence text check (licence in ('apache', 'timescale')),
  -- rollups: every transaction older than this has been rolled up
  rolled_before xid8 not null default '0',
  -- readings before this time were dropped; later arrivals there change no rollup
  raw_kept_from timestamptz not null default '-infinity'
);
comment on table timeseries_home is 'Chosen once by the migration: throughline.timeseries_home when set, else timescale under the community licence, else segments';

do $$
declare
  wanted text := nullif(current_setting('throughline.timeseries_home', true), '');
  found_licence text;
begin
  begin
    -- An administrator may have made the extension for us; then the library is there.
    if not exists (select from pg_extension where extname = 'timescaledb')
      -- Superusers and pg_read_all_settings may look; without the library, asking for the extension would end this session.
      and 'timescaledb' = any (string_to_array(replace(current_setting('shared_preload_libraries'), ' ', ''), ',')) then
      create extension timescaledb;
    end if;
  exception
    -- An owner that may not see the setting, and managed servers that preload the library and keep the extension for themselves.
    when insufficient_privilege then null;
  end;
  if exists (select from pg_extension where extname = 'timescaledb') then
    found_licence := current_setting('timescaledb.license', true);
  end if;
  if wanted = 'timescale' and found_licence is null then
    raise exception 'the home timescale was asked for, but this server does not offer TimescaleDB'
      using hint = 'Add timescaledb to shared_preload_libraries, restart, and let an administrator create the extension in this database; or unset TL_TIMESERIES_HOME.';
  end if;
  insert into timeseries_home (home, licence)
  values (coalesce(wanted, case when found_licence = 'timescale' then 'timescale' else 'segments' end), found_licence);
end
$$;

-- n counts usable readings (a value, and quality good, uncertain or substituted) and the statistics cover exactly these, so
-- vsum / n is the mean; bad counts all others.
create table rollup_1m (
  stream_id int not null,
  bucket timestamptz not null,
  n int8 not null check (n >= 0),
  bad int8 not null check (bad >= 0),
  vmin float8,
  vmax float8,
  vsum float8,
  vsumsq float8,
  vfirst float8,
  vlast float8,
  first_ts timestamptz,
  last_ts timestamptz,
  primary key (stream_id, bucket)
);
create table rollup_1h (like rollup_1m including all);
create table rollup_1d (like rollup_1m including all);
comment on table rollup_1m is 'Statistics per stream and UTC minute, kept by the job from what was written since its last run';
comment on table rollup_1h is 'Statistics per stream and UTC hour, from rollup_1m';
comment on table rollup_1d is 'Statistics per stream and UTC day, from rollup_1h';

-- For people and tools that speak SQL; the same names and columns in both homes.
create view readings_1m as select stream_id, bucket, n, bad, vmin, vmax, vsum / nullif(n, 0) as vmean, vsum, vsumsq, vfirst, vlast, first_ts, last_ts from rollup_1m;
create view readings_1h as select stream_id, bucket, n, bad, vmin, vmax, vsum / nullif(n, 0) as vmean, vsum, vsumsq, vfirst, vlast, first_ts, last_ts from rollup_1h;
create view readings_1d as select stream_id, bucket, n, bad, vmin, vmax, vsum / nullif(n, 0) as vmean, vsum, vsumsq, vfirst, vlast, first_ts, last_ts from rollup_1d;

grant select, update on timeseries_home to throughline_app;
grant select, insert, update, delete on rollup_1m, rollup_1h, rollup_1d to throughline_app;
grant select on readings_1m, readings_1h, readings_1d to throughline_app;
