-- Rows that are read one by one: events, inference records, manifests of media.

create table events (
  id int8 generated always as identity primary key,
  node_id text not null references nodes,
  stream_id int references streams,
  ts timestamptz not null,
  kind text not null check (kind <> ''),
  severity text check (severity in ('info', 'low', 'medium', 'high', 'critical')),
  data jsonb,
  received_at timestamptz not null default now()
);
create index events_by_node on events (node_id, ts desc);
create index events_by_stream on events (stream_id, ts desc) where stream_id is not null;

create table inference (
  id uuid not null,
  node_id text not null references nodes,
  slot text not null,
  model text not null,
  role text not null check (role in ('active', 'shadow')),
  ts timestamptz not null,
  input jsonb,
  output jsonb not null,
  score float8,
  label text,
  latency_ms float8 check (latency_ms >= 0),
  window_from timestamptz,
  window_to timestamptz,
  media text[] not null default '{}',
  stream_ids int[],
  received_at timestamptz not null default now(),
  primary key (id, ts),
  check (window_from <= window_to)
);
comment on column inference.model is 'sha256:<hex> of the ONNX file that made this row';
create index inference_by_slot on inference (node_id, slot, ts desc);
create index inference_by_streams on inference using gin (stream_ids);

create table media_manifests (
  id int8 generated always as identity primary key,
  node_id text not null references nodes,
  ts timestamptz not null,
  sha256 text not null check (sha256 ~ '^sha256:[0-9a-f]{64}$'),
  bytes int8 not null check (bytes >= 0),
  type text not null,
  stream text,
  from_ts timestamptz,
  to_ts timestamptz,
  trigger text,
  frame text,
  received_at timestamptz not null default now()
);
create index media_manifests_by_node on media_manifests (node_id, ts desc);

grant select, insert on events, inference, media_manifests to throughline_app;
