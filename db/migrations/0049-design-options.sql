-- Design options: more than one way to do a use case, each with its own figures, needs, effects and work; one of them is chosen.

create table use_case_options (
  use_case_id uuid not null references use_cases,
  n int not null check (n >= 1),
  name text not null check (name <> '' and length(name) <= 100),
  summary text not null default '' check (length(summary) <= 500),
  hours jsonb not null default '{}' check (jsonb_typeof(hours) = 'object'),
  dropped_at timestamptz,
  primary key (use_case_id, n)
);
comment on table use_case_options is 'Ways to do a use case. One without a row here is done in one way, which has no name and is number 1';
comment on column use_case_options.hours is 'Hours of work by skill that this way takes, beside those of the things it needs';
comment on column use_case_options.dropped_at is 'Since when it is no longer considered; what was written about it stays';
create unique index use_case_options_name on use_case_options (use_case_id, lower(name)) where dropped_at is null;

alter table use_cases add column option int not null default 1 check (option >= 1);
comment on column use_cases.option is 'The way to do it that is chosen; everything shown of the use case is of this one';
alter table use_case_estimates add column option int not null default 1 check (option >= 1);

alter table use_case_needs add column option int check (option >= 1), add column skill text check (skill <> '' and length(skill) <= 60),
  add column hours float8 check (hours >= 0), add check ((skill is null) = (hours is null));
comment on column use_case_needs.option is 'The way that needs it; null: needed however it is done';
comment on column use_case_needs.hours is 'Hours of the skill that having this thing takes, once however many share it';

alter table use_case_effects drop constraint use_case_effects_pkey, add column option int check (option >= 1),
  add unique nulls not distinct (use_case_id, kpi_id, option);
comment on column use_case_effects.option is 'The way that promises it, in place of the row without one; null: promised however it is done';

create view chosen_needs with (security_invoker = true) as
  select w.* from use_case_needs w join use_cases u on u.id = w.use_case_id where w.option is null or w.option = u.option;
comment on view chosen_needs is 'What use cases need by the way that is chosen';

create view chosen_effects with (security_invoker = true) as
  select e.* from use_case_effects e join use_cases u on u.id = e.use_case_id
  where e.option = u.option or (e.option is null and not exists (
    select from use_case_effects o where o.use_case_id = e.use_case_id and o.kpi_id = e.kpi_id and o.option = u.option));
comment on view chosen_effects is 'What use cases promise by the way that is chosen';

select protect_table('use_case_options', 'exists (select from use_cases u where u.id = use_case_id)');
grant select, insert, update on use_case_options to throughline_app, throughline_web;
grant select on chosen_needs, chosen_effects to throughline_app, throughline_web;
