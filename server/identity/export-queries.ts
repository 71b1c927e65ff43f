import type { Sql } from "@/db/access";
import { csvLine } from "@/server/core/domain/csv";
import { listHolders, listPeople } from "./people-queries";
import { listTokens } from "./queries";
import type { PeopleInput } from "./schema";
import { listTeams } from "./team-queries";

/** Rows that are read at once; the whole list is never held. */
const CHUNK = 1_000;

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** The people that a filter leaves, as lines of CSV. */
export async function* exportPeople(sql: Sql, input: PeopleInput): AsyncGenerator<string> {
  yield csvLine(["id", "name", "email", "disabled", "roles", "added", "last_seen", "sessions", "password", "provider"]);
  for (let cursor = input.cursor; ; ) {
    const { rows, next } = await listPeople(sql, { ...input, cursor }, CHUNK);
    for (const row of rows) {
      const roles = row.roles.map(({ role, teamName }) => (teamName === null ? role : `${role} (${teamName})`));
      yield csvLine([
        ...[row.id, row.name, row.email, row.disabled ? "yes" : "no", roles.join("; "), iso(row.addedMs)],
        ...[iso(row.lastSeenMs), row.sessions, row.hasPassword ? "yes" : "no", row.hasProvider ? "yes" : "no"],
      ]);
    }
    if (next === null) return;
    cursor = next;
  }
}

/** Who holds which role, one line for each. */
export async function* exportHolders(sql: Sql): AsyncGenerator<string> {
  yield csvLine(["role", "team", "person_id", "name", "disabled"]);
  for (const { role, teamName, userId, name, disabled } of await listHolders(sql))
    yield csvLine([role, teamName, userId, name, disabled ? "yes" : "no"]);
}

/** The teams, with how much belongs to each and who is in it. */
export async function* exportTeams(sql: Sql): AsyncGenerator<string> {
  yield csvLine(["id", "name", "site", "new_nodes_wait_here", "nodes", "streams", "service_tokens", "members"]);
  for (const team of (await listTeams(sql)).teams)
    yield csvLine([
      ...[team.id, team.name, team.siteId, team.isDefault ? "yes" : "no", team.nodes, team.streams, team.tokens],
      team.members.map(({ name, role }) => `${name} (${role})`).join("; "),
    ]);
}

/** Service tokens that are good now; what opens anything is not among it. */
export async function* exportServiceTokens(sql: Sql): AsyncGenerator<string> {
  yield csvLine(["id", "name", "role", "team", "access", "made_by", "made", "ends", "last_used"]);
  for (const token of await listTokens(sql, null))
    yield csvLine([
      ...[token.id, token.name, token.role, token.teamName, token.access, token.createdBy],
      ...[iso(token.createdMs), iso(token.expiresMs), iso(token.lastUsedMs)],
    ]);
}
