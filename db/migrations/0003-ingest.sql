-- What came in: the cursor and the ledger that make rows exactly once, what was refused, and what was lost on the way.

create table ingest_lanes (
  id int generated always as identity primary key,
  node_id text not null references nodes,
  epoch text not null,
  lane text not null check (lane in ('events', 'telemetry', 'inference', 'media')),
  up_to int8 not null default -1 check (up_to >= -1),
  ranges int8multirange not null default '{}',
  watermark timestamptz,
  last_batch_at timestamptz,
  unique (node_id, epoch, lane)
);
comment on table ingest_lanes is 'The cursor of one lane: every batch <= up_to is settled, and those in ranges beyond it';

create table ingest_batches (
  lane_id int not null references ingest_lanes,
  batch int8 not null check (batch >= 0),
  sha256 bytea not null check (length(sha256) = 32),
  rows int not null check (rows >= 0),
  readings int not null check (readings >= 0),
  rejected text,
  received_at timestamptz not null default now(),
  primary key (lane_id, batch)
);
comment on table ingest_batches is 'The ledger: written in the transaction that writes the rows, so a batch is stored once or not at all';

create table quarantine (
  id int8 generated always as identity primary key,
  node_id text not null,
  topic text not null,
  lane text,
  epoch text,
  batch int8,
  reason text not null check (reason <> ''),
  field text,
  message text not null,
  hint text,
  payload bytea not null,
  properties jsonb not null default '{}',
  stream_ids int[],
  status text not null default 'held' check (status in ('held', 'replayed', 'discarded')),
  received_at timestamptz not null default now(),
  decided_at timestamptz,
  decided_by text,
  outcome jsonb,
  check ((status = 'held') = (decided_at is null))
);
comment on table quarantine is 'Payloads kept as they came, with the reason; node_id has no reference because strangers are kept as well';
create index quarantine_inbox on quarantine (status, id desc);
create index quarantine_by_node on quarantine (node_id, id desc);
create index quarantine_waiting_streams on quarantine using gin (stream_ids) where status = 'held';

create table gaps (
  id int8 generated always as identity primary key,
  node_id text not null references nodes,
  lane text not null,
  epoch text not null,
  first_row int8 not null check (first_row >= 0),
  row_count int8 not null check (row_count > 0),
  from_ts timestamptz not null,
  to_ts timestamptz not null,
  why text not null,
  kept text,
  received_at timestamptz not null default now(),
  unique (node_id, epoch, lane, first_row),
  check (from_ts <= to_ts)
);
comment on table gaps is 'Rows the edge had to drop: loss is data';
create index gaps_by_time on gaps (node_id, from_ts);

create table latest_values (
  stream_id int primary key references streams,
  ts timestamptz not null,
  value float8,
  quality int2 not null default 0,
  received_at timestamptz not null default now()
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
comment on table latest_values is 'The newest reading by event time of each stream; fillfactor leaves room for updates in place';

grant select, insert, update on ingest_lanes, quarantine, latest_values to throughline_app;
grant select, insert on gaps to throughline_app;
grant select, insert, delete on ingest_batches to throughline_app;
