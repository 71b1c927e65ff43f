-- What a node last said about each roll-out action (wire contract §6): the newest attempt and sequence wins, an end is final.

create table action_reports (
  node_id text not null references nodes,
  action text not null check (action <> ''),
  attempt int not null check (attempt >= 0),
  seq int8 not null,
  state text not null,
  reason text,
  progress float8 check (progress between 0 and 1),
  detail text,
  reported_at timestamptz not null,
  received_at timestamptz not null default now(),
  primary key (node_id, action)
);

grant select, insert, update on action_reports to throughline_app;
