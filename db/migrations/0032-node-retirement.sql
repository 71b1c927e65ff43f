-- A node that is taken out of service: it is refused, and everything it sent stays. Whoever takes it back finds it as it was.
alter table nodes add column retired_at timestamptz, add column retired_by text, add column retired_from text check (retired_from in ('proposed', 'accepted'));
comment on column nodes.retired_from is 'What it was before, and is again when it is taken back';
update nodes set retired_at = now(), retired_from = 'accepted' where status = 'retired';
alter table nodes
  add constraint nodes_retired check ((status = 'retired') = (retired_at is not null) and (retired_at is null) = (retired_from is null)),
  add constraint nodes_name check (name <> '' and length(name) <= 100);
comment on column nodes.name is 'What people call it; null = by its id, which never changes';
grant select (retired_at, retired_by, retired_from) on nodes to throughline_web;
