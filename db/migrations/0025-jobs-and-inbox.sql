-- Long work that people start, and what people are told.

create table job_runs (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs,
  owner_id text not null check (owner_id <> ''),
  owner_name text not null,
  team_id uuid references teams,
  kind text not null check (kind ~ '^[a-z][a-z-]{0,39}$'),
  title text not null check (title <> '' and length(title) <= 300),
  input jsonb not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  done float8 not null default 0 check (done >= 0),
  total float8 check (total >= 0),
  counted text,
  checkpoint jsonb,
  attempts int not null default 0,
  worker text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  heard_at timestamptz,
  ended_at timestamptz,
  cancel_asked_at timestamptz,
  cancel_asked_by text,
  result jsonb,
  error text,
  repeats uuid references job_runs on delete set null,
  constraint job_runs_end check ((state in ('done', 'failed', 'cancelled')) = (ended_at is not null))
);
comment on column job_runs.owner_id is 'The user, or the token where no user stands behind it; what app_owner() says';
comment on column job_runs.counted is 'What done and total are numbers of: days of readings, rows';
comment on column job_runs.checkpoint is 'From where the next attempt goes on; its shape belongs to the kind';
comment on column job_runs.attempts is 'Times that a process took it up. Whoever writes names the attempt it is: one that was given up on writes nothing any more';
create index job_runs_newest on job_runs (org_id, created_at desc, id);
create index job_runs_of_owner on job_runs (owner_id, created_at desc);
create index job_runs_active on job_runs (state, heard_at) where state in ('queued', 'running');
create index job_runs_repeats on job_runs (repeats) where repeats is not null;

create table job_lines (
  run_id uuid not null references job_runs on delete cascade,
  n int8 generated always as identity,
  at timestamptz not null default clock_timestamp(),
  text text not null check (length(text) <= 1000),
  primary key (run_id, n)
);

-- Last turn of each schedule: what the queue forgets once it is done.
create table job_schedules (
  name text primary key,
  cron text not null,
  started_at timestamptz,
  ended_at timestamptz,
  ok boolean,
  result jsonb,
  error text
);

-- Heads of the audit log that were copied into the object store, sealed; here is only where each lies.
create table audit_anchors (
  org_id uuid not null references orgs,
  n int8 not null,
  digest text not null,
  at timestamptz not null default now(),
  primary key (org_id, n)
);

create table notifications (
  id int8 generated always as identity primary key,
  org_id uuid not null references orgs,
  owner_id text not null check (owner_id <> ''),
  key text not null check (key <> '' and length(key) <= 200),
  kind text not null check (kind ~ '^[a-z][a-z-]{0,39}$'),
  status text not null check (status in ('ok', 'watch', 'bad', 'unknown')),
  title text not null check (title <> '' and length(title) <= 300),
  detail text check (length(detail) <= 1000),
  href text check (href ~ '^/' and href !~ '^//' and length(href) <= 500),
  times int not null default 1,
  told_at timestamptz not null default now(),
  read_at timestamptz,
  unique (org_id, owner_id, key)
);
comment on column notifications.key is 'What it is about: told again before it was read, it counts up instead of standing there twice';
create index notifications_newest on notifications (org_id, owner_id, told_at desc, id desc);

select protect_table('job_runs', 'org_id = (select app_org()) and (owner_id = (select app_owner())
  or case when team_id is null then cardinality((select app_teams())::uuid[]) > 0 else team_id = any ((select app_teams())::uuid[]) end)');
select protect_table('job_lines', 'exists (select from job_runs r where r.id = run_id)');
select protect_table('job_schedules', 'true');
select protect_table('audit_anchors', null);
select protect_table('notifications', 'org_id = (select app_org()) and owner_id = (select app_owner())');

grant select, insert, update, delete on job_runs, job_lines, job_schedules, notifications, audit_anchors to throughline_app;
grant select, insert on job_runs to throughline_web;
grant update (state, ended_at, cancel_asked_at, cancel_asked_by) on job_runs to throughline_web;
grant select on job_lines, job_schedules to throughline_web;
grant select, update (read_at) on notifications to throughline_web;

-- A run is put into the queue by whoever adds it or gives it back, in the same transaction. The key makes it one entry.
create function job_runs_queue() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  perform graphile_worker.add_job('run-job', json_build_object('run', new.id), max_attempts => 1, job_key => 'run:' || new.id);
  return null;
end
$$;
create trigger job_runs_queue_new after insert on job_runs for each row when (new.state = 'queued') execute function job_runs_queue();
create trigger job_runs_queue_again after update of state on job_runs for each row
  when (new.state = 'queued' and old.state <> 'queued') execute function job_runs_queue();

create function job_runs_notice() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  perform pg_notify('tl_jobs', json_build_object('owners', array[new.owner_id])::text);
  return null;
end
$$;
create trigger job_runs_notice after insert or update of state, done, total, cancel_asked_at on job_runs for each row execute function job_runs_notice();

-- Tells people something, in the transaction in which it happens. Told again under the same key: counted up while it is unread, new once it
-- was read, nothing at all with `once`. Nobody keeps more than 300; the oldest that were read go first.
create function tell(org uuid, owners text[], about text, what text, how text, headline text, more text, link text, once boolean)
returns int language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  told int;
begin
  insert into public.notifications as n (org_id, owner_id, key, kind, status, title, detail, href)
  select org, o, about, what, how, headline, more, link from unnest(owners) o group by o order by o
  on conflict (org_id, owner_id, key) do update set times = case when n.read_at is null then n.times + 1 else 1 end, read_at = null,
    told_at = now(), status = excluded.status, title = excluded.title, detail = excluded.detail, href = excluded.href
  where not once;
  get diagnostics told = row_count;
  delete from public.notifications where id in (
    select id from (
      select id, row_number() over (partition by owner_id order by read_at is null desc, told_at desc, id desc) as place
      from public.notifications where org_id = org and owner_id = any (owners)) ranked
    where place > 300);
  if told > 0 then
    perform pg_notify('tl_inbox', json_build_object('owners', case when cardinality(owners) <= 100 then to_json(owners) else to_json('all'::text) end)::text);
  end if;
  return told;
end
$$;
revoke all on function tell, job_runs_queue, job_runs_notice from public;
grant execute on function tell to throughline_app, throughline_web, throughline_door;
