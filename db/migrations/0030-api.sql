-- What the public API reads by time alone, and the counters of its limits.

create index events_by_time on events (ts desc, id desc);
create index inference_by_time on inference (ts desc, id desc);

-- Not written ahead and empty after a crash: a limit that starts again is no loss.
create unlogged table rate_counts (
  bucket text not null,
  window_start timestamptz not null,
  n int not null check (n >= 0),
  primary key (bucket, window_start)
);
comment on table rate_counts is 'Requests of one token, person or address in one window; every web process counts into the same row';
grant select, insert, update, delete on rate_counts to throughline_app;
alter table rate_counts enable row level security;
alter table rate_counts force row level security;
create policy processes on rate_counts to throughline_app using (true) with check (true);
