-- When somebody looked at the portfolio last and what had which rank then, so that the page can say what changed since.

create table portfolio_visits (
  org_id uuid not null references orgs,
  owner_id text not null check (owner_id <> ''),
  seen_at timestamptz not null,
  ranks jsonb not null check (jsonb_typeof(ranks) = 'object'),
  before_at timestamptz,
  before_ranks jsonb check (jsonb_typeof(before_ranks) = 'object'),
  primary key (org_id, owner_id),
  check ((before_at is null) = (before_ranks is null))
);
comment on column portfolio_visits.owner_id is 'The user, or the token where no user stands behind it; what app_owner() says';
comment on column portfolio_visits.ranks is 'Rank by use case when it was looked at last';
comment on column portfolio_visits.before_at is 'End of the visit before the one that goes on; null during the first';

select protect_table('portfolio_visits', 'org_id = (select app_org()) and owner_id = (select app_owner())');
grant select, insert, update, delete on portfolio_visits to throughline_app, throughline_web;
