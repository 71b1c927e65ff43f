import type { Pool } from "pg";

/** Written without an entry of their own, each with its reason. */
const EXEMPT: Readonly<Record<string, string>> = {
  audit_log: "is the log",
  login_attempts: "attempts to sign in are a log by themselves",
  portfolio_visits: "says only when somebody looked, and what they saw",
};

/** What a request writes only to say that it was there, or that somebody read it; a change of nothing else needs no entry. */
const TOUCHED = ["last_seen_at", "last_used_at", "succeeded", "read_at"];

/**
 * Makes the database of a test refuse what the product must not do: at its commit a transaction of the application that changed a row of
 * any table, and wrote no row of the audit log, fails with the name of the table. What the test arranges as the owner is not looked at.
 */
export async function demandAudit(owner: Pool): Promise<void> {
  await owner.query(`
    create function demand_audit() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
    begin
      if session_user <> 'throughline_app' then return null; end if;
      if tg_op = 'UPDATE' and to_jsonb(old) - '{${TOUCHED.join()}}'::text[] = to_jsonb(new) - '{${TOUCHED.join()}}'::text[] then return null; end if;
      if not exists (select from audit_log where xmin = pg_current_xact_id()::xid) then
        raise exception '% on % without a row in the audit log', lower(tg_op), tg_table_name;
      end if;
      return null;
    end $$`);
  const { rows } = await owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relforcerowsecurity
       and not relispartition and relname <> all ($1) order by relname`,
    [Object.keys(EXEMPT)],
  );
  if (rows.length < 15) throw new Error(`only ${rows.length} tables would be watched`);
  for (const { name } of rows)
    await owner.query(
      `create constraint trigger demand_audit after insert or update or delete on ${name} deferrable initially deferred for each row execute function demand_audit()`,
    );
}
