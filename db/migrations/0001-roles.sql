-- The role of every running process. It owns nothing and makes nothing: a hole in the application cannot change the schema.
-- It gets its password from whoever runs the migrations; until then it cannot sign in.
do $$
begin
  -- Roles belong to the whole server: another database of it may have made this one, even at this moment. Looked for first,
  -- because where an administrator made it for us we may not be allowed to make roles.
  if not exists (select from pg_roles where rolname = 'throughline_app') then
    create role throughline_app nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise exception 'this role may not create the role throughline_app'
      using hint = 'Ask an administrator to run: create role throughline_app login password ''...''';
end
$$;

-- Nobody but the owner makes objects in this schema (the default before PostgreSQL 15 was everybody).
revoke create on schema public from public;
grant usage on schema public to throughline_app;
