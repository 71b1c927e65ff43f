-- Plans of the portfolio: what was asked of the optimiser, from which facts, what it answered, who adopted it, and what that leaves to do.

create table plans (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs,
  team_ids uuid[] not null,
  owner_id text not null check (owner_id <> ''),
  owner_name text not null,
  goal text not null check (goal in ('portfolio', 'minimal-set')),
  question jsonb not null check (jsonb_typeof(question) = 'object'),
  question_hash text not null check (question_hash ~ '^[0-9a-f]{16}$'),
  facts jsonb not null check (jsonb_typeof(facts) = 'object'),
  input_hash text not null check (input_hash ~ '^[0-9a-f]{16}$'),
  time_limit_s float8 not null check (time_limit_s > 0),
  seed int,
  solver text,
  state text not null default 'solving' check (state in ('solving', 'proven', 'stopped', 'infeasible', 'failed')),
  answer jsonb not null default '{}' check (jsonb_typeof(answer) = 'object'),
  bound_cents int8,
  gap float8 check (gap >= 0),
  error text check (length(error) <= 1000),
  run_id uuid references job_runs on delete set null,
  made_at timestamptz not null default now(),
  first_at timestamptz,
  ended_at timestamptz,
  adopted_at timestamptz,
  adopted_by text,
  adopted_by_name text,
  check ((adopted_at is null) = (adopted_by is null))
);
comment on table plans is 'One run of the optimiser. Question and facts are never changed: an answer is worth what its inputs are worth';
comment on column plans.team_ids is 'Teams of everything that the facts name: whoever sees all of these sees the plan';
comment on column plans.input_hash is 'Of the problem that was solved. A plan is adopted only while the present facts still give this one';
comment on column plans.state is 'proven: nothing is better; stopped: the best found when time was up or somebody cancelled; infeasible: nothing keeps all rules';
comment on column plans.gap is '(bound − net) / bound: how far below the best the answer can be at most';
comment on column plans.first_at is 'When the first answer with its bound was there';
create index plans_of_question on plans (org_id, question_hash, made_at desc);

create table plan_tasks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs,
  plan_id uuid not null references plans,
  n int not null check (n >= 1),
  asset text not null check (asset <> ''),
  title text not null check (title <> '' and length(title) <= 300),
  cost_cents int8 not null check (cost_cents >= 0),
  use_case_ids uuid[] not null check (cardinality(use_case_ids) > 0),
  done_at timestamptz,
  done_by_name text,
  unique (plan_id, n),
  check ((done_at is null) = (done_by_name is null))
);
comment on table plan_tasks is 'What an adopted plan still has to get: one row per thing, however many use cases share it';
create index plan_tasks_of_use_case on plan_tasks using gin (use_case_ids);

select protect_table('plans', 'org_id = (select app_org()) and team_ids <@ (select app_teams())::uuid[]');
select protect_table('plan_tasks', 'exists (select from use_cases u where u.id = any (use_case_ids))');

grant select, insert, update on plans to throughline_app;
grant select, insert on plans to throughline_web;
grant update (run_id, adopted_at, adopted_by, adopted_by_name) on plans to throughline_web;
grant select, insert, update on plan_tasks to throughline_app;
grant select, insert on plan_tasks to throughline_web;
grant update (done_at, done_by_name, use_case_ids) on plan_tasks to throughline_web;
