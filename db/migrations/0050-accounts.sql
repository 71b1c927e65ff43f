-- What of the accounts and of the audit log a request may reach. Until here row security held organisations apart and no more: whoever
-- could make the web process run a statement of theirs read everybody's sessions and every team's part of the log (docs/adr/042).

create function app_sees(what text) returns boolean language sql stable parallel safe set search_path = pg_catalog as
  $$ select what = any (string_to_array(coalesce(current_setting('app.sees', true), ''), ',')) $$;
comment on function app_sees is 'Whether the permission that a request is made with opens what is other people''s: accounts, or audit';

-- One's own, unless the permission is about the accounts of others.
alter policy somebody on sessions using (user_id::text = (select app_owner()) or (select app_sees('accounts')))
  with check (user_id::text = (select app_owner()) or (select app_sees('accounts')));
alter policy somebody on api_tokens using (org_id = (select app_org()) and (user_id::text = (select app_owner()) or (select app_sees('accounts'))))
  with check (org_id = (select app_org()) and (user_id::text = (select app_owner()) or (select app_sees('accounts'))));
alter policy somebody on one_time_tokens using ((select app_sees('accounts')) and exists (select from users u where u.id = user_id))
  with check ((select app_sees('accounts')) and exists (select from users u where u.id = user_id));

-- Names, and who has which role, are on pages of everybody; who is there and with which role is changed by an administrator.
drop policy somebody on users;
create policy somebody on users for select to throughline_web using (org_id = (select app_org()));
create policy somebody_administers on users to throughline_web
  using (org_id = (select app_org()) and (select app_sees('accounts'))) with check (org_id = (select app_org()) and (select app_sees('accounts')));
drop policy somebody on memberships;
create policy somebody on memberships for select to throughline_web using (exists (select from users u where u.id = user_id));
create policy somebody_administers on memberships to throughline_web
  using ((select app_sees('accounts')) and exists (select from users u where u.id = user_id))
  with check ((select app_sees('accounts')) and exists (select from users u where u.id = user_id));

-- Rows about one's teams and one's own acts, unless the permission is to read the log. Anybody's act is added.
drop policy somebody on audit_log;
create policy somebody on audit_log for select to throughline_web using (org_id = (select app_org())
  and ((select app_sees('audit')) or team_id = any ((select app_teams())::uuid[]) or actor_id = (select app_owner())));
create policy somebody_adds on audit_log for insert to throughline_web with check (org_id = (select app_org()));

-- No statement for a page sets a password, an identity or a secret, nor moves a session to somebody else.
revoke insert, update on users from throughline_web;
grant insert (org_id, email, name), update (disabled_at) on users to throughline_web;
revoke update on sessions from throughline_web;
grant update (idle_limit, expires_at, revoked_at, revoked_why) on sessions to throughline_web;
revoke insert, update on api_tokens from throughline_web;
grant insert (org_id, user_id, name, token_hash, hint, role, team_id, access, created_by, expires_at), update (revoked_at) on api_tokens to throughline_web;
