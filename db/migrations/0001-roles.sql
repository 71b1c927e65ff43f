-- The role of every running process. It owns nothing and makes nothing: a hole in the application cannot change the schema.
-- It gets its password from whoever runs the migrations; until then it cannot sign in.
do $$
begin
  create role throughline_app nologin;
exception
  -- Roles belong to the whole server: another database of it may have made this one, even at this moment.
  when duplicate_object or unique_violation then null;
end
$$;

-- Nobody but the owner makes objects in this schema (the default before PostgreSQL 15 was everybody).
revoke create on schema public from public;
grant usage on schema public to throughline_app;
