-- Where data comes from: sites, edge nodes, devices, streams, and what each node said about itself.

create table sites (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  name text not null,
  time_zone text not null default 'UTC',
  created_at timestamptz not null default now()
);
comment on column sites.time_zone is 'IANA name; days and shifts of reports are cut in it, stored times are UTC';

create table nodes (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  site_id text references sites,
  name text,
  status text not null default 'proposed' check (status in ('proposed', 'accepted', 'retired')),
  trusted boolean not null default false,
  token_hash text,
  labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
  arch text,
  mem_mb int check (mem_mb >= 0),
  sdk text,
  agent text,
  capabilities text[] not null default '{}',
  boot text,
  epoch text,
  clock_source text,
  clock_offset_ms float8,
  clock_error_ms float8,
  online boolean not null default false,
  online_why text,
  online_changed_at timestamptz,
  last_seen_at timestamptz,
  born_at timestamptz,
  buffer_bytes int8 check (buffer_bytes >= 0),
  buffer_limit_bytes int8 check (buffer_limit_bytes >= 0),
  buffer_oldest_at timestamptz,
  slots jsonb not null default '[]' check (jsonb_typeof(slots) = 'array'),
  created_at timestamptz not null default now()
);
comment on column nodes.trusted is 'streams of its birth are accepted at once instead of proposed';
comment on column nodes.token_hash is 'Mosquitto password format $7$iterations$salt$hash (PBKDF2-SHA512); null = no password sign-in';
create index nodes_by_site on nodes (site_id);

create table devices (
  id int generated always as identity primary key,
  node_id text not null references nodes,
  key text not null check (key <> ''),
  name text,
  created_at timestamptz not null default now(),
  unique (node_id, key)
);

create table streams (
  id int generated always as identity primary key,
  node_id text not null references nodes,
  device_id int references devices,
  key text not null check (key <> ''),
  quantity text,
  unit text,
  type text not null default 'number',
  rate_hz float8 check (rate_hz > 0),
  status text not null default 'proposed' check (status in ('proposed', 'accepted', 'retired')),
  plain boolean not null default false,
  limit_low float8,
  limit_high float8,
  created_at timestamptz not null default now(),
  accepted_at timestamptz,
  unique (node_id, key),
  check (limit_low <= limit_high)
);
comment on column streams.unit is 'UCUM code';
comment on column streams.plain is 'fed by the plain on-ramp: at least once, without durable ack';
create index streams_by_device on streams (device_id) where device_id is not null;

create table births (
  node_id text not null references nodes,
  boot text not null,
  epoch text not null,
  document jsonb not null,
  received_at timestamptz not null default now(),
  primary key (node_id, boot)
);
create index births_latest on births (node_id, received_at desc);

create table stream_aliases (
  node_id text not null,
  boot text not null,
  alias int not null check (alias >= 0),
  stream_id int not null references streams,
  primary key (node_id, boot, alias),
  foreign key (node_id, boot) references births
);

create table node_documents (
  node_id text primary key references nodes,
  desired jsonb,
  desired_revision int8 not null default 0 check (desired_revision >= 0),
  reported jsonb,
  applied_revision int8,
  reported_at timestamptz
);

grant select, insert, update on sites, nodes, devices, streams, births, node_documents to throughline_app;
grant select, insert, update on stream_aliases to throughline_app;
