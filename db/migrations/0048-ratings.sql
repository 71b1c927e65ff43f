-- What people think of a use case on the scales of RICE, ICE and WSJF. Opinion, and kept as such: no rank of ours rests on it.

create table use_case_ratings (
  use_case_id uuid not null references use_cases,
  version int not null check (version >= 1),
  rating jsonb not null check (jsonb_typeof(rating) = 'object'),
  why text not null default '' check (length(why) <= 500),
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null default now(),
  primary key (use_case_id, version)
);
comment on table use_case_ratings is 'Only ever added to: a second thought is another version';
comment on column use_case_ratings.rating is 'The answers on the scales, by method; a method that nobody used is not in it';

create trigger only_added_to before update or delete on use_case_ratings for each row execute function only_added_to();
select protect_table('use_case_ratings', 'exists (select from use_cases u where u.id = use_case_id)');
grant select, insert on use_case_ratings to throughline_app, throughline_web;
