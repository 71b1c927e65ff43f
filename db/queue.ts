import { runMigrations } from "graphile-worker";
import { Client } from "pg";

/**
 * Brings the tables of the job queue (schema `graphile_worker`) to the installed version, as their owner, and opens them to
 * the application role: its worker then finds nothing to migrate and needs no ownership. Safe to repeat.
 *
 * The tables come with row-level security and no policy, which shows a role that is not the owner nothing at all: the
 * application role gets a policy on each.
 */
export async function migrateQueue(ownerUrl: string): Promise<void> {
  await runMigrations({ connectionString: ownerUrl });
  const client = new Client({ connectionString: ownerUrl, application_name: "throughline-migrate" });
  await client.connect();
  try {
    await client.query(OPEN_TO_APP);
  } finally {
    await client.end();
  }
}

const OPEN_TO_APP = `
do $$
declare
  t record;
begin
  grant usage on schema graphile_worker to throughline_app;
  grant select, insert, update, delete on all tables in schema graphile_worker to throughline_app;
  grant usage, select on all sequences in schema graphile_worker to throughline_app;
  grant execute on all functions in schema graphile_worker to throughline_app;
  for t in
    select c.relname from pg_class c
    where c.relnamespace = 'graphile_worker'::regnamespace and c.relrowsecurity
      and not exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'throughline_app')
  loop
    execute format('create policy throughline_app on graphile_worker.%I to throughline_app using (true) with check (true)', t.relname);
  end loop;
end
$$`;
