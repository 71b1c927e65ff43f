-- What a use case really paid: the day on which it went live, said once, and what is measured from that day on.

create table go_lives (
  use_case_id uuid primary key references use_cases,
  kpi_id uuid not null,
  kpi_version int not null,
  live_on date not null,
  baseline_from date not null check (baseline_from < live_on),
  one_off_cents int8 not null check (one_off_cents >= 0),
  run_cents_per_day int8 not null check (run_cents_per_day >= 0),
  useful_life_days int not null check (useful_life_days > 0),
  cents_per_unit float8 not null check (cents_per_unit >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  estimate int,
  why text not null default '' check (length(why) <= 500),
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null default now(),
  foreign key (kpi_id, kpi_version) references kpi_versions,
  foreign key (use_case_id, estimate) references use_case_estimates
);
comment on table go_lives is 'Only ever added to, and once per use case: day one of its ninety days, and by which KPI it is measured';
comment on column go_lives.live_on is 'A day in the zone of the KPI; its value is the first that counts';
comment on column go_lives.cents_per_unit is 'What one unit of the KPI was worth when it went live, as somebody had approved it';
comment on column go_lives.estimate is 'The newest estimate when it went live: what the measurement is compared with';
create index go_lives_kpi on go_lives (kpi_id, kpi_version);

create table go_live_drivers (
  use_case_id uuid not null references go_lives,
  position int not null check (position between 1 and 4),
  kpi_id uuid,
  kpi_version int,
  stream_id int references streams,
  primary key (use_case_id, position),
  foreign key (kpi_id, kpi_version) references kpi_versions,
  check ((kpi_id is null) = (kpi_version is null) and num_nonnulls(kpi_id, stream_id) = 1)
);
comment on table go_live_drivers is 'What else moves the KPI, such as load or the weather: another KPI''s days, or the daily mean of a stream';
create index go_live_drivers_kpi on go_live_drivers (kpi_id, kpi_version) where kpi_id is not null;
create index go_live_drivers_stream on go_live_drivers (stream_id) where stream_id is not null;

create table go_live_adjustments (
  id uuid primary key default gen_random_uuid(),
  use_case_id uuid not null references go_lives,
  day date not null,
  cents int8 not null check (cents <> 0),
  reason text not null check (reason <> '' and length(reason) <= 500),
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null default now()
);
comment on table go_live_adjustments is 'A change that has nothing to do with the use case, in cents on its day. Only ever added to: the opposite amount takes one back';
create index go_live_adjustments_of on go_live_adjustments (use_case_id);

create trigger only_added_to before update or delete on go_lives for each row execute function only_added_to();
create trigger only_added_to before update or delete on go_live_drivers for each row execute function only_added_to();
create trigger only_added_to before update or delete on go_live_adjustments for each row execute function only_added_to();

select protect_table('go_lives', 'exists (select from use_cases u where u.id = use_case_id)');
select protect_table('go_live_drivers', 'exists (select from use_cases u where u.id = use_case_id)');
select protect_table('go_live_adjustments', 'exists (select from use_cases u where u.id = use_case_id)');

grant select, insert on go_lives, go_live_drivers, go_live_adjustments to throughline_app, throughline_web;
