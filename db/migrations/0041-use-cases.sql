-- Use cases: what is proposed, who stands behind it, what it is thought to bring and cost, and what it needs of the plant.

create table use_cases (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs,
  team_id uuid not null references teams,
  title text not null check (title <> '' and length(title) <= 200),
  summary text not null default '' check (length(summary) <= 500),
  intake text not null default 'pending' check (intake in ('pending', 'accepted', 'rejected', 'snoozed', 'duplicate')),
  intake_why text check (length(intake_why) <= 500),
  snoozed_until timestamptz,
  duplicate_of uuid references use_cases,
  stage text not null default 'idea' check (stage in ('idea', 'frame', 'pilot', 'prove', 'scale', 'run')),
  owner_id uuid references users,
  owner_confirmed_at timestamptz,
  sponsor_id uuid references users,
  sponsor_confirmed_at timestamptz,
  committed_cents int8 check (committed_cents >= 0),
  objections text[],
  reviewed_by text,
  reviewed_at timestamptz,
  version int not null default 1 check (version >= 1),
  created_by text not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  check ((intake = 'snoozed') = (snoozed_until is not null)),
  check ((intake = 'duplicate') = (duplicate_of is not null) and duplicate_of <> id),
  check (owner_confirmed_at is null or owner_id is not null),
  check (sponsor_confirmed_at is null or sponsor_id is not null),
  check ((objections is null) = (reviewed_at is null))
);
comment on column use_cases.committed_cents is 'Its approved line of the budget, in the currency of the policy; null while nothing is approved';
comment on column use_cases.objections is 'What speaks against it on safety or legal grounds; empty after a review that found nothing, null before one';
comment on column use_cases.version is 'Counts every change: whoever changes it names the one they saw';
create unique index use_cases_title on use_cases (team_id, lower(title));
create index use_cases_of_org on use_cases (org_id, intake);

create table use_case_estimates (
  use_case_id uuid not null references use_cases,
  version int not null check (version >= 1),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  benefit_low int8 not null check (benefit_low >= 0),
  benefit_mode int8 not null check (benefit_mode >= benefit_low),
  benefit_high int8 not null check (benefit_high >= benefit_mode),
  adoption_low float8 not null check (adoption_low >= 0),
  adoption_mode float8 not null check (adoption_mode >= adoption_low),
  adoption_high float8 not null check (adoption_high between adoption_mode and 1),
  works_low float8 not null check (works_low >= 0),
  works_mode float8 not null check (works_mode >= works_low),
  works_high float8 not null check (works_high between works_mode and 1),
  one_off_low int8 not null check (one_off_low >= 0),
  one_off_mode int8 not null check (one_off_mode >= one_off_low),
  one_off_high int8 not null check (one_off_high >= one_off_mode),
  run_low int8 not null check (run_low >= 0),
  run_mode int8 not null check (run_mode >= run_low),
  run_high int8 not null check (run_high >= run_mode),
  ramp_days int not null check (ramp_days >= 0),
  why text not null default '' check (length(why) <= 500),
  forecast jsonb not null check (jsonb_typeof(forecast) = 'object'),
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null default now(),
  primary key (use_case_id, version)
);
comment on table use_case_estimates is 'Only ever added to: a second thought is another version. Money in cents, benefit and run cost per day';
comment on column use_case_estimates.forecast is 'The 90-day return that these figures gave, with draws, seed and hash of what went in';

create table use_case_needs (
  id uuid primary key default gen_random_uuid(),
  use_case_id uuid not null references use_cases,
  capability text not null check (capability <> '' and length(capability) <= 100),
  stream_id int references streams,
  device_id int references devices,
  node_id text references nodes,
  slot text check (slot <> '' and length(slot) <= 64),
  cost_cents int8 not null default 0 check (cost_cents >= 0),
  check (num_nonnulls(stream_id, device_id, node_id) <= 1 and (slot is null or node_id is not null))
);
comment on table use_case_needs is 'A use case needs all of its capabilities, and of each any one provider: a stream, a device, a node, or the model in a slot of a node. A row without any is what is still to be found or bought';
create index use_case_needs_of on use_case_needs (use_case_id);
create index use_case_needs_stream on use_case_needs (stream_id) where stream_id is not null;
create index use_case_needs_device on use_case_needs (device_id) where device_id is not null;
create index use_case_needs_node on use_case_needs (node_id) where node_id is not null;

create table value_policies (
  org_id uuid not null references orgs,
  version int not null check (version >= 1),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  budget_cents int8 not null check (budget_cents >= 0),
  discount_rate float8 not null check (discount_rate > -1 and discount_rate <= 10),
  weights jsonb not null check (jsonb_typeof(weights) = 'object'),
  ranked_by text not null check (ranked_by in ('value', 'score')),
  why text not null default '' check (length(why) <= 500),
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null default now(),
  primary key (org_id, version)
);
comment on table value_policies is 'How the portfolio is ranked, and its money. Only ever added to; the newest version holds';

create function only_added_to() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception '% is only ever added to', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
revoke all on function only_added_to from public;
create trigger only_added_to before update or delete on use_case_estimates for each row execute function only_added_to();
create trigger only_added_to before update or delete on value_policies for each row execute function only_added_to();

select protect_table('use_cases', 'team_id = any ((select app_teams())::uuid[])');
select protect_table('use_case_estimates', 'exists (select from use_cases u where u.id = use_case_id)');
select protect_table('use_case_needs', 'exists (select from use_cases u where u.id = use_case_id)');
select protect_table('value_policies', 'org_id = (select app_org())');

grant select, insert, update on use_cases to throughline_app, throughline_web;
grant select, insert on use_case_estimates, value_policies to throughline_app, throughline_web;
grant select, insert, delete on use_case_needs to throughline_app, throughline_web;
