import type { Sql } from "@/db/access";
import type { Membership } from "@/server/core/domain/permissions";
import type { PeopleFacts } from "./domain/people-verdict";
import type { PeopleInput } from "./schema";

/** Rows of one page. */
const PAGE = 100;

/** A role that somebody holds, with the team's name where it is one of a team. */
export interface HeldRole extends Membership {
  teamName: string | null;
}

export interface PersonRow {
  id: string;
  name: string;
  email: string;
  disabled: boolean;
  hasPassword: boolean;
  hasProvider: boolean;
  addedMs: number;
  lastSeenMs: number | null;
  /** Sessions that are good now. */
  sessions: number;
  roles: HeldRole[];
}

export interface PeoplePage {
  rows: PersonRow[];
  next: string | null;
  /** How many the filters leave. */
  matching: number;
  facts: PeopleFacts;
}

const PEOPLE = `people as (
  select u.id, u.name, u.email, u.disabled_at is not null as disabled, u.password_changed_at is not null as "hasPassword",
    u.oidc_subject is not null as "hasProvider", (extract(epoch from u.created_at) * 1000)::float8 as "addedMs",
    (extract(epoch from s.last) * 1000)::float8 as "lastSeenMs", s.open as sessions, m.roles, lower(u.name) as "byName",
    coalesce(s.last, '-infinity') as "bySeen", u.created_at as "byAdded"
  from users u
  cross join lateral (
    select max(last_seen_at) as last, count(*) filter (where revoked_at is null and expires_at > now() and last_seen_at + idle_limit > now())::int as open
    from sessions where user_id = u.id) s
  cross join lateral (
    select coalesce(json_agg(json_build_object('role', m.role, 'teamId', m.team_id, 'teamName', t.name) order by m.role, t.name), '[]') as roles
    from memberships m left join teams t on t.id = m.team_id where m.user_id = u.id) m)`;

/** How each order compares: by name from the beginning of the alphabet, by time from the newest. */
const ORDERS = {
  name: { key: '"byName"', later: ">", direction: "asc" },
  seen: { key: '"bySeen"', later: "<", direction: "desc" },
  added: { key: '"byAdded"', later: "<", direction: "desc" },
} as const;

/** The people that a filter leaves, a page at a time, and what is true of all of them. */
export async function listPeople(sql: Sql, input: PeopleInput, limit = PAGE): Promise<PeoplePage> {
  const { key, later, direction } = ORDERS[input.order];
  const values = [pattern(input.q), input.show, input.role, input.team];
  const matches = `($1 = '' or name ilike $1 or email ilike $1)
    and case $2 when 'active' then not disabled and "lastSeenMs" is not null when 'never' then not disabled and "lastSeenMs" is null
      when 'disabled' then disabled when 'no-role' then not disabled and json_array_length(roles) = 0 else true end
    and ($3::text is null or exists (select from memberships m where m.user_id = people.id and m.role = $3))
    and ($4::uuid is null or exists (select from memberships m where m.user_id = people.id and m.team_id = $4))`;
  const [page, counted, facts] = await Promise.all([
    sql.query<PersonRow>(
      `with ${PEOPLE} select id, name, email, disabled, "hasPassword", "hasProvider", "addedMs", "lastSeenMs", sessions, roles from people
       where ${matches} and ($5::uuid is null or (${key}, id) ${later} (select ${key}, id from people where id = $5))
       order by ${key} ${direction}, id ${direction} limit $6`,
      [...values, input.cursor, limit + 1],
    ),
    sql.query<{ matching: number }>(
      `with ${PEOPLE} select count(*)::int as matching from people where ${matches}`,
      values,
    ),
    getPeopleFacts(sql),
  ]);
  const rows = page.rows.slice(0, limit);
  return {
    rows,
    next: page.rows.length > limit ? (rows.at(-1)?.id ?? null) : null,
    matching: counted.rows[0]?.matching ?? 0,
    facts,
  };
}

async function getPeopleFacts(sql: Sql): Promise<PeopleFacts> {
  const { rows } = await sql.query<PeopleFacts>(
    `with ${PEOPLE} select count(*)::int as all, count(*) filter (where not disabled and "lastSeenMs" is not null)::int as active,
       count(*) filter (where not disabled and "lastSeenMs" is null)::int as never, count(*) filter (where disabled)::int as disabled,
       count(*) filter (where not disabled and json_array_length(roles) = 0)::int as "withoutRole",
       count(*) filter (where not disabled and "bySeen" > now() - interval '24 hours')::int as "seenToday",
       coalesce(array_agg(name order by name) filter (where not disabled and exists (select from memberships m where m.user_id = people.id and m.role = 'admin')), '{}') as admins,
       coalesce(array_agg(name order by name) filter (where not disabled and exists (select from memberships m where m.user_id = people.id and m.role = 'chair')), '{}') as chairs
     from people`,
  );
  const [facts] = rows;
  if (!facts) throw new Error("the database gave no figures");
  return facts;
}

/** A role that somebody holds, and who gave it. */
export interface GivenRole extends HeldRole {
  givenBy: string;
  givenMs: number;
}

export interface Person extends Omit<PersonRow, "roles"> {
  roles: GivenRole[];
  tokens: number;
  /** Nobody else holds these: taking them away means more than for others. */
  isOnlyAdmin: boolean;
  isOnlyChair: boolean;
}

/** One person with what they hold, or null. */
export async function findPerson(sql: Sql, userId: string): Promise<Person | null> {
  const only = (
    role: string,
  ) => `not disabled and exists (select from memberships m where m.user_id = people.id and m.role = '${role}')
    and not exists (select from memberships m join users o on o.id = m.user_id where m.role = '${role}' and o.disabled_at is null and o.id <> people.id)`;
  const { rows } = await sql.query<Person>(
    `with ${PEOPLE} select id, name, email, disabled, "hasPassword", "hasProvider", "addedMs", "lastSeenMs", sessions,
       (select coalesce(json_agg(json_build_object('role', m.role, 'teamId', m.team_id, 'teamName', t.name, 'givenBy', m.granted_by,
           'givenMs', (extract(epoch from m.granted_at) * 1000)::float8) order by m.granted_at, m.role), '[]')
        from memberships m left join teams t on t.id = m.team_id where m.user_id = people.id) as roles,
       (select count(*)::int from api_tokens t where t.user_id = people.id and t.revoked_at is null and t.expires_at > now()) as tokens,
       ${only("admin")} as "isOnlyAdmin", ${only("chair")} as "isOnlyChair"
     from people where id = $1`,
    [userId],
  );
  return rows[0] ?? null;
}

export async function findUserByEmail(sql: Sql, email: string): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>("select id from users where email = $1", [email]);
  return rows[0]?.id ?? null;
}

export interface Holder extends Membership {
  userId: string;
  name: string;
  disabled: boolean;
  teamName: string | null;
}

/** Who holds which role, by name. */
export async function listHolders(sql: Sql): Promise<Holder[]> {
  const { rows } = await sql.query<Holder>(
    `select m.role, m.team_id as "teamId", t.name as "teamName", u.id as "userId", u.name, u.disabled_at is not null as disabled
     from memberships m join users u on u.id = m.user_id left join teams t on t.id = m.team_id order by lower(u.name), u.id, t.name limit 5000`,
  );
  return rows;
}

function pattern(words: string): string {
  return words === "" ? "" : `%${words.replace(/[\\%_]/g, "\\$&")}%`;
}
