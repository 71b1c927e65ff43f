-- Filters of a list under a name, kept by one person for themselves.

create table saved_views (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs,
  owner_id text not null check (owner_id <> ''),
  page text not null check (page ~ '^[a-z][a-z-]{0,39}$'),
  name text not null check (name <> '' and length(name) <= 80),
  query text not null check (length(query) <= 2000),
  created_at timestamptz not null default now(),
  unique (org_id, owner_id, page, name)
);
comment on column saved_views.owner_id is 'The user, or the token where no user stands behind it; what app_owner() says';
comment on column saved_views.query is 'What stands after ? in the address of the page: filters, hidden columns, range';

alter table saved_views enable row level security;
alter table saved_views force row level security;
do $$
begin
  execute format('create policy processes on saved_views to throughline_app, %I using (true) with check (true)', current_user);
end
$$;
create policy somebody on saved_views to throughline_web
  using (org_id = (select app_org()) and owner_id = (select app_owner()))
  with check (org_id = (select app_org()) and owner_id = (select app_owner()));
grant select, insert, update, delete on saved_views to throughline_app, throughline_web;

-- The first pages look for alarms that nobody cleared.
create index events_alarms on events (ts desc) where data ? 'state';
