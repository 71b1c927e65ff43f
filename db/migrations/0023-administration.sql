-- Teams and sites can be removed once nothing is in them. Tokens of a team that are over go with it; the audit log names them for good.
grant delete on teams, sites to throughline_web;
alter table api_tokens drop constraint api_tokens_team_id_fkey,
  add constraint api_tokens_team_id_fkey foreign key (team_id) references teams on delete cascade;

-- Whether a node has a login, and since when, is for pages; the login itself is not.
alter table nodes add column login_set_at timestamptz;
comment on column nodes.login_set_at is 'When its login was last given; null = it has none. For logins older than this column: when the node was registered';
update nodes set login_set_at = created_at where token_hash is not null;
grant select (login_set_at) on nodes to throughline_web;
