-- What the page of the system shows: processes that say they live, sizes over time, and how long things are kept.

create table process_heartbeats (
  name text primary key check (name <> ''),
  kind text not null check (kind in ('web', 'ingest', 'jobs')),
  host text not null,
  pid int not null,
  version text not null,
  started_at timestamptz not null,
  heard_at timestamptz not null default now(),
  stopped_at timestamptz,
  ok boolean not null,
  health jsonb not null
);
comment on column process_heartbeats.stopped_at is 'It was stopped in order; one that is silent without it has died or cannot reach the database';

create table storage_samples (
  at timestamptz not null default now(),
  what text not null,
  bytes int8 not null,
  primary key (what, at)
);

create table retention_settings (
  what text primary key check (what in ('readings', 'quarantine', 'ledger', 'sign-ins', 'tokens', 'jobs', 'notifications')),
  days int not null check (days between 1 and 36500),
  changed_by text,
  changed_at timestamptz not null default now()
);
comment on column retention_settings.changed_by is 'Null: the value that this installation was started with';

select protect_table('process_heartbeats', 'true');
select protect_table('storage_samples', 'true');
select protect_table('retention_settings', 'true');
create policy door on process_heartbeats to throughline_door using (true) with check (true);
grant select, insert, update, delete on process_heartbeats, storage_samples, retention_settings to throughline_app;
grant select, insert, update, delete on process_heartbeats to throughline_door;
grant select on process_heartbeats, storage_samples to throughline_web;
grant select, update on retention_settings to throughline_web;

-- Bytes on disk with indexes and what is stored aside, by what they are for.
create function storage_sizes() returns table (what text, bytes int8)
language sql stable security definer set search_path = pg_catalog, public as $$
  select case
      when n.nspname = '_timescaledb_internal' or c.relname ~ '^(segments|readings_)' then 'readings'
      when c.relname ~ '^rollup_' then 'rollups'
      when c.relname ~ '^ingest_' then 'ledger'
      when c.relname = 'quarantine' then 'quarantine'
      when c.relname ~ '^(events|inference|media_manifests|gaps)' then 'records'
      when c.relname ~ '^audit_' then 'audit'
      when n.nspname = 'graphile_worker' or c.relname ~ '^job_' then 'jobs'
      else 'everything else'
    end, coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and n.nspname in ('public', 'graphile_worker', '_timescaledb_internal')
  group by 1
$$;
revoke all on function storage_sizes from public;
grant execute on function storage_sizes to throughline_app, throughline_web;

-- What is older than it is kept: counted, or, with `really`, deleted. One condition for both, so that a preview says what will happen.
-- Readings are dropped in whole partitions by timeseries_retain; here they are only counted.
create function retention_due(what text, days int, really boolean) returns table (n float8, bytes float8)
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  before_ts timestamptz := now() - make_interval(days => days);
  conditions text[];
  condition text;
  counted int8;
begin
  n := 0;
  if what = 'readings' then
    if really then
      raise exception 'readings are dropped by timeseries_retain';
    end if;
    if (select home from public.timeseries_home) = 'segments' then
      select count(*), coalesce(sum(pg_total_relation_size(c.oid)), 0) into n, bytes
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'public.segments'::regclass
        and (to_date(substr(c.relname, 10), 'IYYY"w"IW') + 7)::timestamp at time zone 'UTC' <= before_ts;
    else
      execute 'select count(*), coalesce(sum(pg_total_relation_size(c)), 0) from show_chunks(''public.readings_narrow''::regclass, older_than => $1) c'
        into n, bytes using before_ts;
    end if;
    return next;
    return;
  end if;
  if what = 'quarantine' then
    condition := 'public.quarantine where status <> ''held'' and decided_at < $1 and payload <> ''''';
    execute 'select count(*), coalesce(sum(length(payload)), 0) from ' || condition into n, bytes using before_ts;
    if really then
      update public.quarantine set payload = '' where status <> 'held' and decided_at < before_ts and payload <> '';
    end if;
    return next;
    return;
  end if;
  conditions := case what
    when 'ledger' then array['public.ingest_batches b where b.received_at < $1 and b.batch <= (select l.up_to from public.ingest_lanes l where l.id = b.lane_id)']
    when 'sign-ins' then array['public.login_attempts where at < $1',
      'public.sessions where coalesce(revoked_at, least(expires_at, last_seen_at + idle_limit)) < $1']
    when 'tokens' then array['public.one_time_tokens where coalesce(used_at, expires_at) < $1', 'public.api_tokens where coalesce(revoked_at, expires_at) < $1']
    when 'jobs' then array['public.job_runs where ended_at < $1']
    when 'notifications' then array['public.notifications where read_at < $1']
  end;
  if conditions is null then
    raise exception 'nothing is kept under the name %', what using errcode = 'invalid_parameter_value';
  end if;
  foreach condition in array conditions loop
    if really then
      execute 'with gone as (delete from ' || condition || ' returning 1) select count(*) from gone' into counted using before_ts;
    else
      execute 'select count(*) from ' || condition into counted using before_ts;
    end if;
    n := n + counted;
  end loop;
  return next;
end
$$;
create function retention_preview(what text, days int) returns table (n float8, bytes float8)
language sql stable security definer set search_path = pg_catalog, public as $$ select * from public.retention_due(what, days, false) $$;
revoke all on function retention_due, retention_preview from public;
grant execute on function retention_due to throughline_app;
grant execute on function retention_preview to throughline_app, throughline_web;
