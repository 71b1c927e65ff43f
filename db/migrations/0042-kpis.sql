-- What the business wants, the figures by which that is seen, and what each use case promises to move.

create table kpis (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs,
  team_id uuid not null references teams,
  name text not null check (name <> '' and length(name) <= 100),
  owner_id uuid references users,
  version int not null default 1 check (version >= 1),
  created_by text not null,
  created_by_name text not null,
  created_at timestamptz not null default now()
);
comment on table kpis is 'A KPI is for ever; what it means is its newest definition';
comment on column kpis.version is 'Counts every change: whoever changes it names the one they saw';
create unique index kpis_name on kpis (team_id, lower(name));

create table kpi_versions (
  kpi_id uuid not null references kpis,
  version int not null check (version >= 1),
  unit text not null check (unit <> '' and length(unit) <= 32),
  direction text not null check (direction in ('up', 'down', 'band')),
  band_low float8,
  band_high float8,
  source text not null check (source in ('stream', 'manual', 'import', 'device', 'model', 'rollout', 'training')),
  stream_id int references streams,
  stat text check (stat in ('mean', 'min', 'max', 'integral')),
  time_zone text not null check (time_zone <> '' and length(time_zone) <= 64),
  from_minute int not null check (from_minute >= 0),
  to_minute int not null check (to_minute > from_minute and to_minute <= 1440),
  min_coverage float8 not null check (min_coverage > 0 and min_coverage <= 1),
  max_stale_s int not null check (max_stale_s > 0),
  is_additive boolean not null,
  value_low float8 not null check (value_low >= 0),
  value_mode float8 not null check (value_mode >= value_low),
  value_high float8 not null check (value_high >= value_mode),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  why text not null default '' check (length(why) <= 500),
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null default now(),
  primary key (kpi_id, version),
  check ((direction = 'band') = (band_low is not null and band_high is not null) and (band_low is null or band_low < band_high)),
  check ((source = 'stream') = (stream_id is not null and stat is not null))
);
comment on table kpi_versions is 'Only ever added to: a change of what a KPI means is another version, and its values start anew';
comment on column kpi_versions.unit is 'UCUM code';
comment on column kpi_versions.stat is 'integral: the mean of the window times its hours, so that kW becomes kW.h';
comment on column kpi_versions.from_minute is 'The window: minutes of the local day from which on, and before which, readings count; 0 to 1440 is the whole day';
comment on column kpi_versions.value_mode is 'Cents that one unit of change for the better is worth';
create index kpi_versions_stream on kpi_versions (stream_id) where stream_id is not null;

create table kpi_approvals (
  kpi_id uuid not null,
  version int not null,
  approved_by text not null,
  approved_by_name text not null,
  approved_at timestamptz not null default now(),
  primary key (kpi_id, version),
  foreign key (kpi_id, version) references kpi_versions
);
comment on table kpi_approvals is 'Who approved what one unit is worth; another version has to be approved anew';

create table kpi_values (
  kpi_id uuid not null,
  version int not null,
  day date not null,
  revision int not null check (revision >= 1),
  value float8,
  n int8 not null check (n >= 0),
  coverage float8 not null check (coverage between 0 and 1),
  quality text not null check (quality in ('good', 'thin', 'empty', 'manual')),
  made_by_name text not null,
  made_at timestamptz not null default now(),
  primary key (kpi_id, version, day, revision),
  foreign key (kpi_id, version) references kpi_versions,
  check ((quality = 'empty') = (value is null))
);
comment on table kpi_values is 'One value per window that is over, in the zone of the version. A correction is another revision';

create table outcomes (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs,
  team_id uuid not null references teams,
  statement text not null check (statement <> '' and length(statement) <= 300),
  owner_id uuid not null references users,
  horizon date not null,
  state text not null default 'draft' check (state in ('draft', 'active', 'achieved', 'missed', 'retired')),
  version int not null default 1 check (version >= 1),
  created_by text not null,
  created_by_name text not null,
  created_at timestamptz not null default now()
);
create unique index outcomes_statement on outcomes (team_id, lower(statement));

create table outcome_kpis (
  outcome_id uuid not null references outcomes,
  kpi_id uuid not null references kpis,
  baseline float8 not null,
  target float8 not null check (target <> baseline),
  primary key (outcome_id, kpi_id)
);
create index outcome_kpis_kpi on outcome_kpis (kpi_id);

create table use_case_effects (
  use_case_id uuid not null references use_cases,
  kpi_id uuid not null references kpis,
  low float8 not null,
  mode float8 not null check (mode >= low),
  high float8 not null check (high >= mode),
  primary key (use_case_id, kpi_id)
);
comment on table use_case_effects is 'Change for the better of the KPI''s value of a day that a use case promises, in the KPI''s unit';
create index use_case_effects_kpi on use_case_effects (kpi_id);

create trigger only_added_to before update or delete on kpi_versions for each row execute function only_added_to();
create trigger only_added_to before update or delete on kpi_approvals for each row execute function only_added_to();
create trigger only_added_to before update or delete on kpi_values for each row execute function only_added_to();

select protect_table('kpis', 'team_id = any ((select app_teams())::uuid[])');
select protect_table('kpi_versions', 'exists (select from kpis k where k.id = kpi_id)');
select protect_table('kpi_approvals', 'exists (select from kpis k where k.id = kpi_id)');
select protect_table('kpi_values', 'exists (select from kpis k where k.id = kpi_id)');
select protect_table('outcomes', 'team_id = any ((select app_teams())::uuid[])');
select protect_table('outcome_kpis', 'exists (select from outcomes o where o.id = outcome_id)');
select protect_table('use_case_effects', 'exists (select from use_cases u where u.id = use_case_id)');

grant select, insert, update on kpis, outcomes to throughline_app, throughline_web;
grant select, insert on kpi_versions, kpi_approvals, kpi_values to throughline_app, throughline_web;
grant select, insert, delete on outcome_kpis, use_case_effects to throughline_app, throughline_web;
