-- Organisation, teams, people and what they may do; who is signed in; what was done. Existing sites and nodes go to a first
-- organisation with one team, so an installation that was used without sign-in keeps everything it has.

create table orgs (
  id uuid primary key default gen_random_uuid(),
  name text not null check (name <> ''),
  created_at timestamptz not null default now()
);

create table teams (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs,
  site_id text references sites,
  name text not null check (name <> ''),
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  unique (org_id, name)
);
comment on column teams.is_default is 'nodes that announce themselves belong to this team until somebody moves them';
create unique index teams_one_default on teams (org_id) where is_default;

insert into orgs (name) values ('My organisation');
insert into teams (org_id, name, is_default) select id, 'First team', true from orgs;

alter table sites add column org_id uuid references orgs;
update sites set org_id = (select id from orgs);
create function first_org() returns uuid language sql stable set search_path = pg_catalog, public as
  $$ select id from public.orgs order by created_at, id limit 1 $$;
comment on function first_org is 'The organisation that what arrives without one belongs to';
alter table sites alter column org_id set default first_org(), alter column org_id set not null;

create table users (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null default first_org() references orgs,
  email text not null unique check (email = lower(email) and email ~ '^[^@\s,]+@[^@\s,]+$' and length(email) <= 254),
  name text not null check (name <> '' and length(name) <= 200),
  password_hash text,
  password_changed_at timestamptz,
  oidc_subject text unique,
  disabled_at timestamptz,
  created_at timestamptz not null default now()
);
comment on column users.password_hash is 'PHC string; its prefix says which function verifies it; null = no password sign-in';
comment on column users.oidc_subject is 'issuer and subject of the identity provider, joined by a blank';

create table memberships (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users,
  team_id uuid references teams,
  role text not null check (role in ('executive', 'chair', 'member', 'data-scientist', 'technician', 'admin', 'auditor')),
  granted_by text not null,
  granted_at timestamptz not null default now(),
  unique nulls not distinct (user_id, team_id, role),
  constraint memberships_team_roles check ((role in ('data-scientist', 'technician')) = (team_id is not null))
);

create table sessions (
  id uuid primary key default gen_random_uuid(),
  sid_hash bytea not null unique check (length(sid_hash) = 32),
  user_id uuid not null references users,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  idle_limit interval not null,
  expires_at timestamptz not null,
  ip text,
  user_agent text,
  revoked_at timestamptz,
  revoked_why text
);
comment on column sessions.sid_hash is 'SHA-256 of the random id in the cookie: who reads this table cannot sign in with it';
create index sessions_of_user on sessions (user_id, created_at desc);

create table login_attempts (
  id int8 generated always as identity primary key,
  account text not null,
  ip text not null,
  succeeded boolean not null,
  at timestamptz not null default now()
);
create index login_attempts_by_account on login_attempts (account, at desc);
create index login_attempts_by_ip on login_attempts (ip, at desc);

create table one_time_tokens (
  token_hash bytea primary key check (length(token_hash) = 32),
  purpose text not null check (purpose in ('reset', 'setup')),
  user_id uuid references users,
  issued_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  check ((purpose = 'reset') = (user_id is not null))
);

create table api_tokens (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null default first_org() references orgs,
  user_id uuid references users,
  name text not null check (name <> '' and length(name) <= 100),
  token_hash bytea not null unique check (length(token_hash) = 32),
  hint text not null,
  role text check (role in ('executive', 'chair', 'member', 'data-scientist', 'technician', 'admin', 'auditor')),
  team_id uuid references teams,
  access text not null default 'read' check (access in ('read', 'write')),
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint api_tokens_personal_or_service check ((user_id is null) = (role is not null)),
  constraint api_tokens_team_roles check ((role in ('data-scientist', 'technician')) is not true or team_id is not null)
);
comment on table api_tokens is 'Personal tokens act with the roles their owner has at that moment; service tokens with one role of their own';
comment on column api_tokens.hint is 'the first characters, by which a person recognises it';
create index api_tokens_of_user on api_tokens (user_id) where user_id is not null;

create table audit_log (
  org_id uuid not null references orgs,
  n int8 not null check (n > 0),
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('user', 'token', 'system')),
  actor_id text not null,
  actor_name text not null,
  action text not null check (action <> ''),
  subject text not null,
  team_id uuid,
  before jsonb,
  after jsonb,
  prev bytea not null check (length(prev) = 32),
  hash bytea not null check (length(hash) = 32),
  primary key (org_id, n)
);
comment on table audit_log is 'What was done, by whom, to what. Each row carries the SHA-256 of the row before it and itself; rows are only ever added';
create index audit_log_by_time on audit_log (org_id, at desc);

-- A field as length and bytes, so that no two rows of different fields make the same text; null is a dash.
create function audit_field(field text) returns text language sql immutable parallel safe set search_path = pg_catalog as
  $$ select coalesce(octet_length(field) || ':' || field, '-') || ';' $$;

-- Numbers and chains a new row. Whoever inserts chooses neither number, nor time, nor hash. One row at a time per organisation.
create function audit_chain() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  last record;
begin
  perform pg_advisory_xact_lock(hashtextextended('throughline audit ' || new.org_id, 0));
  select n, hash into last from public.audit_log where org_id = new.org_id order by n desc limit 1;
  new.n := coalesce(last.n, 0) + 1;
  new.prev := coalesce(last.hash, sha256(convert_to(new.org_id::text, 'UTF8')));
  new.at := clock_timestamp();
  new.hash := sha256(new.prev || convert_to(
    audit_field(new.org_id::text) || audit_field(new.n::text) || audit_field((extract(epoch from new.at) * 1000000)::int8::text)
    || audit_field(new.actor_kind) || audit_field(new.actor_id) || audit_field(new.actor_name) || audit_field(new.action)
    || audit_field(new.subject) || audit_field(new.team_id::text) || audit_field(new.before::text) || audit_field(new.after::text), 'UTF8'));
  return new;
end
$$;
create trigger audit_chain before insert on audit_log for each row execute function audit_chain();

create function audit_refuse() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'the audit log is only ever added to' using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_keep before update or delete on audit_log for each row execute function audit_refuse();
create trigger audit_keep_all before truncate on audit_log for each statement execute function audit_refuse();

grant select, insert, update on orgs, teams, users, sessions, one_time_tokens, api_tokens to throughline_app;
grant select, insert, update, delete on memberships, login_attempts to throughline_app;
grant select, insert on audit_log to throughline_app;
