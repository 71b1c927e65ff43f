-- Partitions begin at UTC weeks whatever the session's time zone (a week of local time is an hour longer or shorter twice a year);
-- lz4 where the server has it; vacuum keeps up with tables whose newest rows are replaced all the time.
do $outer$
begin
  alter table rollup_1m set (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 90);
  alter table rollup_1h set (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 70);
  alter table rollup_1d set (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 70);
  alter function timeseries_prepare(timestamptz, timestamptz) set timezone = 'UTC';
  alter function timeseries_retain(timestamptz) set timezone = 'UTC';

  if (select home from timeseries_home) <> 'segments' then
    return;
  end if;

  begin
    alter table segments alter column dt set compression lz4;
    alter table segments alter column m set compression lz4;
  exception
    when feature_not_supported or invalid_parameter_value then null; -- built without lz4: the server's default stays
  end;

  create or replace function timeseries_prepare(from_ts timestamptz, to_ts timestamptz) returns int
  language plpgsql security definer set search_path = pg_catalog, public set timezone = 'UTC' as $$
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
          execute format('create table public.%I (like public.segments including defaults including storage including compression including comments)', partition_name);
          execute format('alter table public.segments attach partition public.%I for values from (%L) to (%L)', partition_name, week_start, week_start + interval '7 days');
          made := made + 1;
        end if;
      end if;
      week_start := week_start + interval '7 days';
    end loop;
    return made;
  end
  $$;
end
$outer$;
