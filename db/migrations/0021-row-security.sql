-- Row-level security. Two roles for the web process, both without login of their own unless somebody gives them one:
--
-- throughline_web   reads and writes for somebody: rows of the teams in the setting app.teams, of the organisation in app.org, and what
--                   belongs to app.owner. Without settings it sees nothing.
-- throughline_door  finds out who somebody is: people, sessions, tokens, attempts, and the sign-in of nodes.
--
-- throughline_app (ingest, jobs, the command line) works for everybody and keeps its way to every row. The web process enters a role per
-- transaction (db/access.ts); docs/adr/013 has the reasons.
do $$
declare
  name text;
begin
  foreach name in array array['throughline_web', 'throughline_door'] loop
    begin
      if not exists (select from pg_roles where rolname = name) then
        execute format('create role %I nologin noinherit', name);
      end if;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise exception 'this role may not create the role %', name
          using hint = format('Ask an administrator to run: create role %I nologin noinherit; and to make throughline_app and %I members of it', name, current_user);
    end;
  end loop;
end
$$;

do $$
begin
  -- Roles are entered, not inherited: what throughline_app may do does not grow, and neither does what the policies below let it see.
  if (select rolinherit from pg_roles where rolname = 'throughline_app') then
    alter role throughline_app noinherit;
  end if;
  if not pg_has_role('throughline_web', 'throughline_door', 'member') then
    grant throughline_door to throughline_web;
  end if;
  if not pg_has_role('throughline_app', 'throughline_web', 'member') then
    grant throughline_web to throughline_app;
  end if;
  -- Where one login does everything, it is the owner's.
  if not (select rolsuper from pg_roles where rolname = current_user) and not pg_has_role(current_user, 'throughline_web', 'member') then
    execute format('grant throughline_web to %I', current_user);
  end if;
exception
  when insufficient_privilege then
    raise exception 'this role may not make the roles of Throughline members of each other'
      using hint = format('Ask an administrator to run: alter role throughline_app noinherit; grant throughline_door to throughline_web; grant throughline_web to throughline_app; grant throughline_web to %I', current_user);
end
$$;

grant usage on schema public to throughline_web, throughline_door;

-- What the policies read. `(select …)` around a call makes it one call per statement instead of one per row.
create function app_org() returns uuid language sql stable parallel safe set search_path = pg_catalog as
  $$ select nullif(current_setting('app.org', true), '')::uuid $$;
create function app_owner() returns text language sql stable parallel safe set search_path = pg_catalog as
  $$ select nullif(current_setting('app.owner', true), '') $$;
create function app_teams() returns uuid[] language sql stable parallel safe set search_path = pg_catalog as
  $$ select nullif(current_setting('app.teams', true), '')::uuid[] $$;

-- A node belongs to a team, and so does everything it sends. Streams and refused messages carry the team themselves, because lists
-- look at very many of them; triggers keep them equal to their node's.
create function first_team() returns uuid language sql stable security definer set search_path = pg_catalog, public as
  $$ select t.id from public.teams t where t.is_default and t.org_id = public.first_org() $$;

alter table nodes add column team_id uuid references teams;
alter table streams add column team_id uuid references teams;
alter table quarantine add column team_id uuid references teams;
update nodes set team_id = first_team();
update streams set team_id = first_team();
update quarantine set team_id = first_team();
alter table nodes alter column team_id set default first_team(), alter column team_id set not null;
alter table streams alter column team_id set not null;
alter table quarantine alter column team_id set not null;
create index nodes_by_team on nodes (team_id);
create index streams_by_team on streams (team_id, id);
create index quarantine_by_team on quarantine (team_id, status, id desc);

create function team_of_node() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  new.team_id := coalesce((select n.team_id from public.nodes n where n.id = new.node_id), public.first_team());
  return new;
end
$$;
comment on function team_of_node is 'Messages of a stranger have no node yet: they wait with the team that new nodes wait with';
create trigger team_of_node before insert on streams for each row execute function team_of_node();
create trigger team_of_node before insert on quarantine for each row execute function team_of_node();

create function team_follows_node() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  update public.streams set team_id = new.team_id where node_id = new.id;
  update public.quarantine set team_id = new.team_id where node_id = new.id;
  return null;
end
$$;
create trigger team_follows_node after update of team_id on nodes for each row when (old.team_id <> new.team_id) execute function team_follows_node();

-- Our processes and the owner: every row. Somebody: what `rule` says, and nothing where it is null. Nobody else: nothing.
create function protect_table(name text, rule text) returns void language plpgsql set search_path = pg_catalog, public as $$
begin
  execute format('alter table %I enable row level security', name);
  execute format('alter table %I force row level security', name);
  execute format('create policy processes on %I to throughline_app, %I using (true) with check (true)', name, current_user);
  if rule is not null then
    execute format('create policy somebody on %I to throughline_web using (%s) with check (%s)', name, rule, rule);
  end if;
end
$$;
comment on function protect_table is 'Every new table of a migration calls this; a test finds one that does not';
revoke all on function protect_table from public;

select protect_table('nodes', 'team_id = any ((select app_teams())::uuid[])');
select protect_table('streams', 'team_id = any ((select app_teams())::uuid[])');
select protect_table('quarantine', 'team_id = any ((select app_teams())::uuid[])');
select protect_table('devices', 'exists (select from nodes n where n.id = node_id)');
select protect_table('births', 'exists (select from nodes n where n.id = node_id)');
select protect_table('stream_aliases', 'exists (select from nodes n where n.id = node_id)');
select protect_table('node_documents', 'exists (select from nodes n where n.id = node_id)');
select protect_table('action_reports', 'exists (select from nodes n where n.id = node_id)');
select protect_table('ingest_lanes', 'exists (select from nodes n where n.id = node_id)');
select protect_table('gaps', 'exists (select from nodes n where n.id = node_id)');
select protect_table('events', 'exists (select from nodes n where n.id = node_id)');
select protect_table('inference', 'exists (select from nodes n where n.id = node_id)');
select protect_table('media_manifests', 'exists (select from nodes n where n.id = node_id)');
select protect_table('latest_values', 'exists (select from streams s where s.id = stream_id)');
select protect_table('ingest_batches', null);
select protect_table('orgs', 'id = (select app_org())');
select protect_table('sites', 'org_id = (select app_org())');
select protect_table('teams', 'org_id = (select app_org())');
select protect_table('users', 'org_id = (select app_org())');
select protect_table('memberships', 'exists (select from users u where u.id = user_id)');
select protect_table('sessions', 'exists (select from users u where u.id = user_id)');
select protect_table('one_time_tokens', 'exists (select from users u where u.id = user_id)');
select protect_table('api_tokens', 'org_id = (select app_org())');
select protect_table('login_attempts', null);
select protect_table('audit_log', 'org_id = (select app_org())');

do $$
declare
  name text;
begin
  foreach name in array array['orgs', 'teams', 'users', 'memberships', 'sessions', 'one_time_tokens', 'api_tokens', 'login_attempts', 'nodes', 'node_documents'] loop
    execute format('create policy door on %I to throughline_door using (true) with check (true)', name);
  end loop;
end
$$;
create policy door on audit_log for insert to throughline_door with check (true);

grant select on nodes, streams, devices, births, stream_aliases, node_documents, action_reports, ingest_lanes, gaps, events, inference,
  media_manifests, latest_values, quarantine, orgs, sites, teams, memberships, timeseries_home to throughline_web;
-- Neither hash of a password nor of a cookie, of a token or of a node's login is for anybody's page.
revoke select on nodes from throughline_web;
grant select (id, site_id, name, status, trusted, labels, arch, mem_mb, sdk, agent, capabilities, boot, epoch, clock_source, clock_offset_ms,
  clock_error_ms, online, online_why, online_changed_at, last_seen_at, born_at, buffer_bytes, buffer_limit_bytes, buffer_oldest_at, slots,
  created_at, team_id) on nodes to throughline_web;
grant select (id, org_id, email, name, password_changed_at, oidc_subject, disabled_at, created_at), insert, update on users to throughline_web;
grant select (id, user_id, created_at, last_seen_at, idle_limit, expires_at, ip, user_agent, revoked_at, revoked_why), update on sessions to throughline_web;
grant select (id, org_id, user_id, name, hint, role, team_id, access, created_by, created_at, expires_at, last_used_at, revoked_at), insert, update on api_tokens to throughline_web;
grant insert on one_time_tokens to throughline_web;
grant insert, update on nodes, streams, devices, node_documents, teams, sites to throughline_web;
grant update on quarantine, orgs to throughline_web;
grant insert, update, delete on memberships to throughline_web;
grant select, insert on audit_log to throughline_web;

grant select on orgs, teams, timeseries_home to throughline_door;
grant select (id, token_hash, status) on nodes to throughline_door;
grant select on node_documents to throughline_door;
grant select, insert, update on users, sessions, one_time_tokens, api_tokens to throughline_door;
grant select, insert on memberships to throughline_door;
grant select, insert, update, delete on login_attempts to throughline_door;
grant insert on audit_log to throughline_door;

-- Figures of the whole installation that name nothing and nobody, for health checks and metrics.
create function system_vitals() returns table (last_batch_ms float8, online int, offline int, quarantined int, proposed int)
language sql stable security definer set search_path = pg_catalog, public as $$
  select (select (extract(epoch from max(last_batch_at)) * 1000)::float8 from public.ingest_lanes),
    (select count(*) from public.nodes n where n.online)::int,
    (select count(*) from public.nodes n where not n.online and n.status = 'accepted')::int,
    (select count(*) from public.quarantine q where q.status = 'held')::int,
    (select count(*) from public.streams s where s.status = 'proposed')::int
$$;
revoke all on function system_vitals, first_team from public;
grant execute on function system_vitals to throughline_door;
grant execute on function first_team to throughline_app, throughline_web;

-- Readings and their rollups carry no row security: a hypertable cannot, and PostgreSQL refuses COPY into a table that has it, which is
-- how they are written. The web roles have no grant on them; throughline_web reads them under the same names in this schema, which it
-- has first in its search path, and there they show the streams that the caller may see.
create schema scoped;
grant usage on schema scoped to throughline_web;
do $outer$
declare
  t text;
begin
  for t in
    select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and not relispartition
      and relname in ('segments', 'readings_narrow', 'readings', 'rollup_1m', 'rollup_1h', 'rollup_1d', 'readings_1m', 'readings_1h', 'readings_1d')
  loop
    execute format(
      'create view scoped.%I with (security_barrier) as select r.* from public.%I r
       where exists (select from public.streams s where s.id = r.stream_id and s.team_id = any ((select public.app_teams())::uuid[]))', t, t);
    execute format('grant select on scoped.%I to throughline_web', t);
  end loop;
end
$outer$;

create function scoped.readings_between(streams int[], from_ts timestamptz, to_ts timestamptz)
returns table (stream_id int, ts timestamptz, value float8, quality int2)
language sql stable security definer set search_path = pg_catalog, public as $$
  select r.stream_id, r.ts, r.value, r.quality
  from public.readings_between(
    array(select s.id from public.streams s where s.id = any (streams) and s.team_id = any (public.app_teams())), from_ts, to_ts) r
$$;
revoke all on function scoped.readings_between from public;
grant execute on function scoped.readings_between to throughline_web;
