-- The demo's past: what was written for each of its nodes, and the stories in it that there are to find. Empty outside of a demo.

create table demo_histories (
  node_id text primary key references nodes on delete cascade,
  seed int8 not null,
  from_ts timestamptz not null,
  to_ts timestamptz not null check (to_ts > from_ts),
  epoch text not null,
  lanes jsonb not null,
  noted_at timestamptz not null default now()
);
comment on table demo_histories is 'What a demo node''s own buffer was given to send; what has arrived stands in the ledger';
comment on column demo_histories.lanes is 'By lane: row and batch that come first, and how many of each there are';

create table demo_stories (
  id text primary key check (id ~ '^[a-z][a-z-]{0,39}$'),
  node_id text not null references nodes on delete cascade,
  stream_key text not null,
  title text not null,
  sentence text not null,
  cause text not null,
  from_ts timestamptz not null,
  to_ts timestamptz not null check (to_ts > from_ts),
  href text check (href ~ '^/[^/]')
);
comment on column demo_stories.href is 'Page of ours that tells it; null: the chart of the stream over the time of the story';

select protect_table('demo_histories', 'exists (select from nodes n where n.id = node_id)');
select protect_table('demo_stories', 'exists (select from nodes n where n.id = node_id)');
grant select, insert, update, delete on demo_histories, demo_stories to throughline_app;
grant select on demo_histories, demo_stories to throughline_web;
